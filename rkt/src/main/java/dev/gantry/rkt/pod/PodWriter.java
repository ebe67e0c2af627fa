package dev.gantry.rkt.pod;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.gantry.rkt.Durability;
import dev.gantry.rkt.HostTool;
import dev.gantry.rkt.Json;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.Mount;
import dev.gantry.rkt.appc.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Writes the files of a pod that the launcher reads; docs/runtime.md lists them. */
final class PodWriter {

    /** The lower layer of the app's overlay: a link to the image's files. */
    static final String TREE = "tree";

    private static final String UPPER = "upper";
    private static final String WORK = "work";
    private static final String ROOTFS = "rootfs";

    private final Path pod;
    private final Consumer<String> warnings;

    /**
     * Makes a writer.
     *
     * @param pod the pod's directory
     * @param warnings receives warnings for the user
     */
    PodWriter(Path pod, Consumer<String> warnings) {
        this.pod = pod;
        this.warnings = warnings;
    }

    /**
     * Writes the pod.
     *
     * @param plan the pod
     * @param createdAt when it was made
     * @param request the request for the pod
     * @throws RktException if a value of the request can't be used
     * @throws IOException if a file can't be written
     */
    void write(PodPlan plan, Instant createdAt, PodRequest request) throws IOException, RktException {
        write(
                pod,
                "created",
                Long.toString(TimeUnit.SECONDS.toNanos(createdAt.getEpochSecond()) + createdAt.getNano()));
        JsonObject manifest = plan.manifest();
        write(pod, "pod", Json.compact(manifest));
        write(pod, "pod-pretty", Json.pretty(manifest));
        Optional<UserRange> range = Optional.empty();
        if (request.privateUsers()) {
            range = Optional.of(UserRange.unused(pod.getParent().getParent(), RandomGenerator.getDefault()));
            write(pod, UserRange.FILE, range.get().line());
        }
        for (Volume volume : plan.volumes().values()) {
            if (volume.source().isEmpty()) {
                makeEmptyVolume(volume);
            }
        }
        if (range.isPresent() && Files.exists(pod.resolve("volumes"))) {
            range.get().take(pod.resolve("volumes"));
        }
        for (AppPlan app : plan.apps()) {
            Path directory = Files.createDirectories(pod.resolve("app").resolve(app.name()));
            write(directory, "status", status(plan, app));
            write(directory, "launch", new LaunchFile(plan, app).text(request.flavor(), request.hidden()));
            Files.copy(app.image().manifestFile(), directory.resolve("manifest"));
            if (request.flavor() == Flavor.CRUN) {
                BundleConfig config =
                        new BundleConfig(plan, app, Path.of(System.getProperty("rkt.home")), request.privateUsers());
                String uuid = pod.getFileName().toString();
                JsonObject json = config.toJson(uuid, request.confinement());
                write(directory, BundleConfig.CONFIG, Json.compact(json));
                for (String handler : EventHandlers.NAMES) {
                    List<String> arguments = EventHandlers.arguments(app, handler);
                    if (!arguments.isEmpty()) {
                        write(directory, handler + ".json", Json.compact(BundleConfig.ofHandler(json, arguments)));
                    }
                }
                write(directory, BundleConfig.PROCESS, config.openProcess(request.confinement()));
            }
            // A pod with private users gets a copy: an overlay can't change the owners of the image's files.
            makeRootfs(directory, app, request.overlay() && range.isEmpty());
            if (range.isPresent()) {
                range.get().take(directory.resolve(ROOTFS));
            }
        }
        write(pod, "flavor", request.flavor().label());
        write(pod, "protections", String.join(" ", request.confinement().names()));
        if (!plan.ports().isEmpty()) {
            write(
                    pod,
                    "ports",
                    String.join(
                            "\n",
                            plan.ports().stream().map(PortForwarding::line).toList()));
        }
        write(
                pod,
                "apps",
                String.join("\n", plan.apps().stream().map(AppPlan::name).toList()));
    }

    /** Returns the four lines that pod-status.sh and list.sh read. */
    private static String status(PodPlan plan, AppPlan app) {
        JsonObject rest = new JsonObject();
        rest.addProperty("image_id", app.image().id());
        JsonArray mounts = new JsonArray();
        for (Mount mount : app.mounts()) {
            JsonObject json = new JsonObject();
            json.addProperty("name", mount.volume());
            json.addProperty("container_path", mount.path());
            json.addProperty(
                    "host_path", plan.volumes().get(mount.volume()).source().orElse(""));
            json.addProperty("read_only", plan.isReadOnly(app, mount));
            mounts.add(json);
        }
        if (!mounts.isEmpty()) {
            rest.add("mounts", mounts);
        }
        copyIfPresent(app.app(), "userAnnotations", rest, "user_annotations");
        copyIfPresent(app.app(), "userLabels", rest, "user_labels");
        String object = Json.compact(rest);
        return String.join(
                "\n",
                Json.compact(new JsonPrimitive(app.name())),
                object.substring(1, object.length() - 1),
                app.image().manifest().displayName().replace('\n', ' ').replace('\t', ' '),
                app.image().id());
    }

    private static void copyIfPresent(JsonObject from, String member, JsonObject to, String name) {
        if (from.has(member)) {
            to.add(name, from.get(member));
        }
    }

    private void makeEmptyVolume(Volume volume) throws IOException {
        Path directory = Files.createDirectories(pod.resolve("volumes").resolve(volume.name()));
        Files.setAttribute(directory, "unix:uid", volume.uid());
        Files.setAttribute(directory, "unix:gid", volume.gid());
        Files.setAttribute(directory, "unix:mode", Integer.parseInt(volume.mode(), 8));
    }

    private void makeRootfs(Path directory, AppPlan app, boolean overlay) throws IOException, RktException {
        Path tree = directory.resolve(TREE);
        Path rootfs = directory.resolve(ROOTFS);
        if (overlay) {
            Files.createSymbolicLink(tree, app.image().rootfs());
            Path upper = Files.createDirectory(directory.resolve(UPPER));
            copyRootAttributes(app.image().rootfs(), upper);
            Files.createDirectory(directory.resolve(WORK));
            Files.createDirectory(rootfs);
            Optional<String> fault = overlayFault(directory);
            if (fault.isEmpty()) {
                return;
            }
            warnings.accept("disabling overlay support: \"%s\"".formatted(fault.get()));
            Files.delete(tree);
            // The attempt may have left files of the kernel in them.
            run(directory, "rm", "-rf", "--", UPPER, WORK, ROOTFS);
        }
        // Kill the copy with this process: otherwise it would continue to write while gc removes the pod.
        String source = app.image().rootfs().toString();
        run(directory, "setpriv", "--pdeathsig", "KILL", "cp", "-a", "--reflink=auto", "--", source, ROOTFS);
        Durability.forceTree(directory);
    }

    /** Copies owner and mode: the root directory of an overlay has those of the upper layer. */
    private static void copyRootAttributes(Path from, Path to) throws IOException {
        for (String attribute : List.of("unix:uid", "unix:gid")) {
            Files.setAttribute(to, attribute, Files.getAttribute(from, attribute));
        }
        Files.setAttribute(to, "unix:mode", (Integer) Files.getAttribute(from, "unix:mode") & 07777);
    }

    /** Tries to mount the overlay, in a mount namespace of its own; returns the error of mount(8), if it fails. */
    private static Optional<String> overlayFault(Path directory) throws IOException, RktException {
        HostTool mount = HostTool.run(
                directory,
                List.of(
                        "unshare",
                        "--mount",
                        "--propagation",
                        "private",
                        "mount",
                        "-t",
                        "overlay",
                        "-o",
                        "lowerdir=tree,upperdir=upper,workdir=work",
                        "rkt-attempt",
                        ROOTFS));
        return mount.isSuccess() ? Optional.empty() : Optional.of(mount.output().replace('\n', ' '));
    }

    /** Runs a program in a directory. On a failure the message contains its output. */
    static void run(Path directory, String... command) throws IOException, RktException {
        HostTool tool = HostTool.run(directory, List.of(command));
        if (!tool.isSuccess()) {
            throw new RktException("%s failed: %s".formatted(String.join(" ", command), tool.output()));
        }
    }

    private static void write(Path directory, String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text.endsWith("\n") ? text : text + "\n");
    }
}
