package dev.gantry.rkt.pod;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The AppArmor of this machine.
 *
 * @param switchFile the kernel's file that says {@code Y} where AppArmor is enabled
 * @param profiles the kernel's file that lists the profiles which are loaded
 */
record AppArmor(Path switchFile, Path profiles) {

    /** The AppArmor of the kernel of this machine. */
    static final AppArmor OF_THIS_MACHINE = new AppArmor(
            Path.of("/sys/module/apparmor/parameters/enabled"), Path.of("/sys/kernel/security/apparmor/profiles"));

    private static final String UNCONFINED = "unconfined";

    /** Tells whether the kernel enforces profiles. */
    boolean isEnabled() {
        try {
            return Files.readString(switchFile).startsWith("Y");
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Reads which profile an app wants.
     *
     * @param isolators the app's isolators
     * @return the profile; empty if the app names no profile, or if this machine has no AppArmor
     * @throws RktException if the profile is not loaded: the app must not run unconfined
     */
    Optional<String> profile(Isolators isolators) throws RktException {
        Optional<JsonElement> value = isolators.value(Isolators.APPARMOR);
        if (value.isEmpty() || !isEnabled()) {
            return Optional.empty();
        }
        String name = name(value.get());
        if (!name.equals(UNCONFINED) && !isLoaded(name)) {
            throw new RktException("the AppArmor profile \"%s\" is not loaded on this machine".formatted(name));
        }
        return Optional.of(name);
    }

    private static String name(JsonElement value) throws RktException {
        JsonElement name = value instanceof JsonObject object ? object.get("profile") : value;
        if (name == null || !name.isJsonPrimitive() || name.getAsString().isEmpty()) {
            throw new RktException("isolator \"%s\" can't have the value %s".formatted(Isolators.APPARMOR, value));
        }
        return name.getAsString();
    }

    /**
     * Decides whether a profile is loaded. The kernel lists profiles in lines such as {@code docker-default (enforce)}.
     */
    private boolean isLoaded(String name) throws RktException {
        try (Stream<String> lines = Files.lines(profiles)) {
            return lines.anyMatch(line -> line.startsWith(name + " ("));
        } catch (IOException e) {
            throw new RktException("can't read which AppArmor profiles are loaded: " + e, e);
        }
    }
}
