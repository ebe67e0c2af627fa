package dev.gantry.rkt.pod;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The capabilities of an app (appc spec/ace.md, "Linux Isolators"). */
final class Capabilities {

    static final String RETAIN = "os/linux/capabilities-retain-set";
    static final String REMOVE = "os/linux/capabilities-remove-set";

    /** In the kernel's order. */
    private static final Set<String> ALL =
            names("CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE"
                    + " NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT"
                    + " SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE"
                    + " AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ"
                    + " PERFMON BPF CHECKPOINT_RESTORE");

    /** The capabilities of an app without isolators (rkt's "Capabilities Isolators Guide"). */
    private static final Set<String> DEFAULT = names("AUDIT_WRITE CHOWN DAC_OVERRIDE FSETID FOWNER KILL MKNOD NET_RAW"
            + " NET_BIND_SERVICE SETUID SETGID SETPCAP SETFCAP SYS_CHROOT");

    private final Isolators isolators;

    /**
     * Reads the capabilities from the isolators of an app.
     *
     * @param isolators its isolators
     */
    Capabilities(Isolators isolators) {
        this.isolators = isolators;
    }

    /**
     * Makes the {@code capabilities} object of a bundle's process. A user other than root starts with those
     * capabilities only that the isolators name, since the user could not gain them later.
     *
     * @param user the app's user
     * @param confined true if the app may not have all capabilities
     * @return the object (OCI runtime-spec config.md, "Linux Process")
     * @throws RktException if a name is no capability
     * @throws IOException if it can't be found out which there are
     */
    JsonObject toJson(long user, boolean confined) throws IOException, RktException {
        if (!confined) {
            return all(user);
        }
        Optional<List<String>> retained = isolators.set(RETAIN);
        return toJson(user, allowed(retained), user == 0 || retained.isPresent());
    }

    /**
     * Makes the {@code capabilities} object of a process without confinement. Root has all capabilities.
     *
     * @param user its user
     * @return the object
     * @throws IOException if it can't be found out which there are
     */
    static JsonObject all(long user) throws IOException {
        return toJson(user, own(), user == 0);
    }

    private static JsonObject toJson(long user, Collection<String> names, boolean atOnce) {
        JsonArray bounding = array(names);
        JsonArray effective = atOnce ? bounding : new JsonArray();
        JsonArray ambient = user != 0 && atOnce ? bounding : new JsonArray();
        JsonObject json = new JsonObject();
        json.add("bounding", bounding);
        json.add("permitted", effective);
        json.add("effective", effective);
        json.add("inheritable", ambient);
        json.add("ambient", ambient);
        return json;
    }

    private Set<String> allowed(Optional<List<String>> retained) throws RktException {
        Optional<List<String>> removed = isolators.set(REMOVE);
        if (retained.isPresent() && removed.isPresent()) {
            throw new RktException("capabilities can be retained or removed, not both");
        }
        Set<String> allowed = new LinkedHashSet<>(retained.isPresent() ? checked(retained.get()) : DEFAULT);
        if (removed.isPresent()) {
            allowed.removeAll(checked(removed.get()));
        }
        return allowed;
    }

    /** Returns the capabilities of this process, which can't pass on others. */
    private static Set<String> own() throws IOException {
        long bits = 0;
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("CapPrm:")) {
                bits = Long.parseUnsignedLong(line.substring("CapPrm:".length()).strip(), 16);
            }
        }
        Set<String> own = new LinkedHashSet<>();
        int bit = 0;
        for (String name : ALL) {
            if ((bits >>> bit & 1) == 1) {
                own.add(name);
            }
            bit++;
        }
        return own;
    }

    /**
     * Checks names.
     *
     * @param names such as {@code CAP_KILL}
     * @return the names
     * @throws RktException if a name is no capability
     */
    static List<String> checked(List<String> names) throws RktException {
        for (String name : names) {
            if (!ALL.contains(name)) {
                throw new RktException("there is no capability \"%s\"".formatted(name));
            }
        }
        return names;
    }

    private static Set<String> names(String text) {
        Set<String> names = new LinkedHashSet<>();
        for (String name : text.split(" ", -1)) {
            names.add("CAP_" + name);
        }
        return names;
    }

    private static JsonArray array(Collection<String> names) {
        JsonArray array = new JsonArray();
        names.forEach(array::add);
        return array;
    }
}
