package dev.gantry.driver.rkt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control groups of this node's tasks. By them, the node finds all processes of a task: a process that is not root
 * can leave its parent, its process group and its session, but not its control group. The groups limit nothing.
 *
 * <p>The groups are {@code gantry/UUID} below the root of the hierarchy, as Nomad's are {@code nomad/ID}. So the place
 * of a task's group does not depend on how the node was started.
 */
final class ControlGroups {

    private static final Logger LOG = LoggerFactory.getLogger(ControlGroups.class);

    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final String PARENT = "gantry";

    /** The file that lists the processes of a group, and moves a process there. */
    private static final String PROCESSES = "cgroup.procs";

    private final Optional<Path> parent;

    private ControlGroups(Optional<Path> parent) {
        this.parent = parent;
    }

    /**
     * Chooses the first hierarchy in which the node may create groups and kill all processes of a group. Logs a line if
     * there is no such hierarchy.
     */
    static ControlGroups ofThisMachine() {
        Optional<Path> parent = hierarchies().stream()
                .map(hierarchy -> hierarchy.resolve(PARENT))
                .filter(ControlGroups::isUsable)
                .findFirst();
        if (parent.isEmpty()) {
            LOG.warn(
                    "No control group can be made for tasks: a process that leaves a task's session and root may outlive it");
        }
        return new ControlGroups(parent);
    }

    /** Returns an instance that makes no groups, as on a machine where the node may not make any. */
    static ControlGroups none() {
        return new ControlGroups(Optional.empty());
    }

    /** Returns an instance that makes the groups in a directory of a hierarchy. */
    static ControlGroups in(Path parent) {
        return new ControlGroups(Optional.of(parent));
    }

    /** Returns the control group of a pod, if it has one. */
    Optional<Path> of(String uuid) {
        return parent.map(directory -> directory.resolve(uuid));
    }

    /** Makes the control group of a pod. If that fails, its supervisor tries once more and tells why. */
    void make(String uuid) {
        if (parent.isPresent()) {
            try {
                Files.createDirectory(parent.get().resolve(uuid));
            } catch (IOException e) {
                LOG.debug("The control group of pod {} can't be made", uuid, e);
            }
        }
    }

    /** Removes the control group of a pod that has not run. */
    void remove(String uuid) {
        if (parent.isPresent()) {
            try {
                Files.deleteIfExists(parent.get().resolve(uuid));
            } catch (IOException e) {
                LOG.warn("The control group of pod {} stays", uuid, e);
            }
        }
    }

    /** Returns true if there is such a group, and it can only be the pod's. */
    static boolean exists(Path group, String uuid) {
        return group.isAbsolute() && group.endsWith(uuid) && Files.exists(processes(group));
    }

    /** Returns the file to which a process writes 0 to enter the group. */
    static Path processes(Path group) {
        return group.resolve(PROCESSES);
    }

    /**
     * Returns version 2 first, then the freezer of version 1. No other hierarchy of version 1 can freeze a group while
     * its processes are killed.
     */
    private static List<Path> hierarchies() {
        try (Stream<String> mounts = Files.lines(MOUNTS, StandardCharsets.ISO_8859_1)) {
            List<String[]> all = mounts.map(line -> line.split(" ", -1)).toList();
            return Stream.concat(
                            all.stream().filter(mount -> type(mount).equals("cgroup2")),
                            all.stream()
                                    .filter(mount -> type(mount).equals("cgroup")
                                            && Arrays.asList(mount[mount.length - 1].split(",", -1))
                                                    .contains("freezer")))
                    .map(mount -> Path.of(mount[4]))
                    .toList();
        } catch (IOException e) {
            LOG.warn("Can't find the hierarchies of control groups", e);
            return List.of();
        }
    }

    /**
     * Returns the type of the file system. It comes after a dash, and any number of fields comes before the dash; see
     * proc(5).
     */
    private static String type(String[] mount) {
        return mount[Arrays.asList(mount).indexOf("-") + 1];
    }

    private static boolean isUsable(Path parent) {
        try {
            Files.createDirectories(parent);
        } catch (IOException e) {
            LOG.debug("{} can't be made", parent, e);
            return false;
        }
        return Files.isWritable(processes(parent))
                && Stream.of("cgroup.kill", "cgroup.freeze", "freezer.state")
                        .anyMatch(file -> Files.exists(parent.resolve(file)));
    }
}
