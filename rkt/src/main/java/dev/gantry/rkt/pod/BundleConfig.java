package dev.gantry.rkt.pod;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.gantry.rkt.Json;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.Mount;
import dev.gantry.rkt.appc.Quantity;
import dev.gantry.rkt.appc.Volume;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The file {@code app/NAME/config.json} of a pod of the crun flavour (OCI runtime-spec config.md). crun creates only
 * the namespaces for mounts and control groups; the launcher creates the others before it starts crun.
 */
final class BundleConfig {

    /** The name of the file. */
    static final String CONFIG = "config.json";

    /** The name of the file with the process object alone, for enter.sh. */
    static final String PROCESS = "process";

    /** The text that completes the file {@link #PROCESS}, after arguments are added. */
    static final String END_OF_PROCESS = "]}";

    /** The shared memory of several apps, which stage1-crun-apps.sh mounts, as a path from the bundle. */
    private static final String SHARED_MEMORY = "../../shm";

    /** A link that the launcher makes to the user namespace of a pod that has one, seen from the bundle. */
    private static final String USER_NAMESPACE = "../../user-namespace";

    /** The directory in which the launcher makes the mounts of such a pod that only the host's root may make. */
    private static final String KERNEL_FILES = "../../kernel/";

    /** Process 1 is rkt's own, on the host's files. */
    private static final String INIT = "/proc/1";

    private static final List<String> MASKED = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/sys/firmware");

    private static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private final PodPlan pod;
    private final AppPlan app;
    private final Isolators isolators;
    private final Path launcher;
    private final boolean privateUsers;

    /**
     * Makes a writer.
     *
     * @param pod the pod
     * @param app one of its apps
     * @param launcher the directory that the launcher's bin/ and libexec/ are in
     * @param privateUsers whether the pod is in a user namespace of its own
     */
    BundleConfig(PodPlan pod, AppPlan app, Path launcher, boolean privateUsers) {
        this.pod = pod;
        this.app = app;
        this.launcher = launcher;
        this.privateUsers = privateUsers;
        this.isolators = new Isolators(app.app());
    }

    /**
     * Writes the file.
     *
     * @param uuid the pod's UUID
     * @param confinement the protections that apply to the app
     * @return the content of the file
     * @throws RktException if a setting of the app can't be honoured
     * @throws IOException if the image can't be read
     */
    JsonObject toJson(String uuid, Confinement confinement) throws IOException, RktException {
        JsonObject config = new JsonObject();
        config.addProperty("ociVersion", "1.0.0");
        config.add("process", process(confinement));
        JsonObject root = new JsonObject();
        root.addProperty("path", "rootfs");
        root.addProperty("readonly", app.readOnlyRootfs());
        config.add("root", root);
        config.add("mounts", mounts());
        config.add("linux", linux(uuid, confinement));
        JsonArray afterwards = new JsonArray();
        Optional<Quantity> memory = isolators.limit(Isolators.MEMORY);
        if (memory.isPresent()) {
            afterwards.add(hook(
                    "out-of-memory.sh",
                    controlGroup(uuid),
                    app.name(),
                    memory.get().text()));
        }
        if (!pod.hasSeveralApps()
                && !EventHandlers.arguments(app, EventHandlers.POST_STOP).isEmpty()) {
            afterwards.add(hook("post-stop.sh", uuid, app.name()));
        }
        if (!afterwards.isEmpty()) {
            JsonObject hooks = new JsonObject();
            hooks.add("poststop", afterwards);
            config.add("hooks", hooks);
        }
        return config;
    }

    /**
     * Writes the file for an event handler of the app: it runs as the app does, in a container of its own on the same
     * files.
     *
     * @param config the app's own file, see {@link #toJson}
     * @param arguments the program of the handler and its arguments
     * @return the content of the file
     */
    static JsonObject ofHandler(JsonObject config, List<String> arguments) {
        JsonObject handler = config.deepCopy();
        handler.remove("hooks");
        handler.getAsJsonObject("process").add("args", array(arguments));
        return handler;
    }

    private JsonObject hook(String script, String... arguments) {
        List<String> words = new ArrayList<>();
        words.add("sh");
        words.add(launcher.resolve("libexec").resolve(script).toString());
        words.addAll(Arrays.asList(arguments));
        JsonObject hook = new JsonObject();
        hook.addProperty("path", "/bin/sh");
        hook.add("args", array(words));
        hook.add("env", array(List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")));
        return hook;
    }

    /**
     * Writes the process as text, to which enter.sh appends variables and arguments.
     *
     * @param confinement the protections that apply to the app
     * @return the beginning of a JSON object, which ends in the midst of {@code env}
     * @throws RktException if a setting of the app can't be honoured
     * @throws IOException if the image can't be read
     */
    String openProcess(Confinement confinement) throws IOException, RktException {
        JsonObject process = process(confinement);
        process.remove("args");
        process.add("env", process.remove("env"));
        return open(process);
    }

    /** Writes a process as text, without the end. */
    static String open(JsonObject process) {
        String text = Json.compact(process);
        return text.substring(0, text.length() - END_OF_PROCESS.length());
    }

    /** Removes protections from the object {@code linux} of a bundle. */
    static void relaxLinux(JsonObject linux, Confinement kept) {
        if (!kept.paths()) {
            protectPaths(linux, false);
        }
        if (!kept.systemCalls()) {
            linux.remove("seccomp");
        }
    }

    private JsonObject process(Confinement confinement) throws IOException, RktException {
        LaunchFile launch = new LaunchFile(pod, app);
        requireInRange(launch);
        JsonObject user = new JsonObject();
        user.addProperty("uid", launch.user());
        user.addProperty("gid", launch.group());
        JsonArray groups = new JsonArray();
        launch.supplementaryGroups().forEach(group -> groups.add(Long.parseLong(group)));
        user.add("additionalGids", groups);
        JsonObject process = new JsonObject();
        process.addProperty("terminal", false);
        process.add("user", user);
        process.add("args", array(launch.arguments()));
        JsonArray environment = new JsonArray();
        for (Map.Entry<String, String> variable : LaunchFile.environment(app).entrySet()) {
            environment.add(variable.getKey() + "=" + variable.getValue());
        }
        process.add("env", environment);
        process.addProperty("cwd", launch.workingDirectory());
        process.add("capabilities", new Capabilities(isolators).toJson(launch.user(), confinement.capabilities()));
        process.addProperty("noNewPrivileges", isolators.isSet(Isolators.NO_NEW_PRIVILEGES));
        AppArmor.OF_THIS_MACHINE
                .profile(isolators)
                .ifPresent(profile -> process.addProperty("apparmorProfile", profile));
        isolators.number(Isolators.OOM_SCORE).ifPresent(adjustment -> process.addProperty("oomScoreAdj", adjustment));
        return process;
    }

    private void requireInRange(LaunchFile launch) throws IOException, RktException {
        List<Long> numbers = new ArrayList<>(List.of(launch.user(), launch.group()));
        launch.supplementaryGroups().forEach(group -> numbers.add(Long.parseLong(group)));
        for (long number : numbers) {
            if (privateUsers && number >= UserRange.COUNT) {
                throw new RktException(
                        "--private-users: app \"%s\" has the user or group %d; a pod has numbers up to %d"
                                .formatted(app.name(), number, UserRange.COUNT - 1));
            }
        }
    }

    private JsonArray mounts() {
        JsonArray mounts = new JsonArray();
        mounts.add(
                privateUsers
                        ? mount("bind", KERNEL_FILES + "proc", "/proc", "bind", "nosuid", "noexec", "nodev")
                        : mount("proc", "proc", "/proc", "nosuid", "noexec", "nodev"));
        mounts.add(mount("tmpfs", "tmpfs", "/dev", "nosuid", "strictatime", "mode=755", "size=65536k"));
        mounts.add(mount(
                "devpts",
                "devpts",
                "/dev/pts",
                "nosuid",
                "noexec",
                "newinstance",
                "ptmxmode=0666",
                "mode=0620",
                "gid=5"));
        mounts.add(
                pod.hasSeveralApps()
                        ? mount("bind", SHARED_MEMORY, "/dev/shm", "bind", "nosuid", "noexec", "nodev")
                        : mount("tmpfs", "shm", "/dev/shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"));
        mounts.add(mount("mqueue", "mqueue", "/dev/mqueue", "nosuid", "noexec", "nodev"));
        mounts.add(
                privateUsers
                        ? mount("bind", KERNEL_FILES + "sys", "/sys", "bind", "nosuid", "noexec", "nodev", "ro")
                        : mount("sysfs", "sysfs", "/sys", "nosuid", "noexec", "nodev", "ro"));
        mounts.add(mount("cgroup", "cgroup", "/sys/fs/cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"));
        for (Mount mount : LaunchFile.inOrder(app.mounts())) {
            if (mount.path().matches("/+(dev|proc|sys)/.*")) {
                mounts.add(volume(mount));
            }
        }
        return mounts;
    }

    /** Returns the mount of a volume. The launcher can't mount it in the app's root: the mounts above would hide it. */
    private JsonObject volume(Mount mount) {
        Volume volume = pod.volumes().get(mount.volume());
        String source = volume.source().orElse("../../volumes/" + volume.name());
        boolean recursive = volume.recursive().orElse(false);
        String access = pod.isReadOnly(app, mount) ? (recursive ? "rro" : "ro") : "rw";
        return mount("bind", source, mount.path(), recursive ? "rbind" : "bind", access);
    }

    private JsonObject linux(String uuid, Confinement confinement) throws RktException {
        JsonObject linux = new JsonObject();
        JsonArray namespaces = new JsonArray();
        for (String type : List.of("mount", "cgroup")) {
            JsonObject namespace = new JsonObject();
            namespace.addProperty("type", type);
            namespaces.add(namespace);
        }
        if (privateUsers) {
            JsonObject users = new JsonObject();
            users.addProperty("type", "user");
            users.addProperty("path", USER_NAMESPACE);
            namespaces.add(users);
        }
        linux.add("namespaces", namespaces);
        // Later mounts of the host are seen in the volumes, as in the fly flavour; mounts of the pod are not seen on
        // the host.
        linux.addProperty("rootfsPropagation", "rslave");
        linux.addProperty("cgroupsPath", controlGroup(uuid));
        linux.add("resources", ResourceLimits.of(isolators));
        protectPaths(linux, confinement.paths());
        if (confinement.systemCalls()) {
            new SystemCallFilter(isolators).toJson().ifPresent(filter -> linux.add("seccomp", filter));
        }
        return linux;
    }

    /**
     * Returns the control group of the app. In a pod of several apps, it is inside the pod's group. The kernel's files
     * there have names with another beginning.
     */
    private String controlGroup(String uuid) {
        return "/rkt-" + uuid + (pod.hasSeveralApps() ? "/app-" + app.name() : "");
    }

    private static void protectPaths(JsonObject linux, boolean confined) {
        JsonArray masked = array(confined ? MASKED : List.of());
        masked.add(INIT);
        linux.add("maskedPaths", masked);
        linux.add("readonlyPaths", array(confined ? READ_ONLY : List.of()));
    }

    private static JsonObject mount(String type, String source, String destination, String... options) {
        JsonObject mount = new JsonObject();
        mount.addProperty("destination", destination);
        mount.addProperty("type", type);
        mount.addProperty("source", source);
        mount.add("options", array(Arrays.asList(options)));
        return mount;
    }

    private static JsonArray array(List<String> values) {
        JsonArray array = new JsonArray();
        values.forEach(array::add);
        return array;
    }
}
