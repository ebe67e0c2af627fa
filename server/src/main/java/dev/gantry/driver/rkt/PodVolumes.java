package dev.gantry.driver.rkt;

import dev.gantry.driver.TaskDirectory;
import dev.gantry.files.FileOwner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Decides which paths of the machine a task may mount. A driver has one instance, which the threads of all its tasks share. */
final class PodVolumes {

    /** The end of the name of the volume for the allocation's shared directory, after allocation and task. */
    static final String SHARED = "alloc";

    private final boolean hostPathsAllowed;

    /**
     * Sets the node's rule.
     *
     * @param hostPathsAllowed true if tasks may mount any path of the machine; directories of their own allocation are
     *     always allowed
     */
    PodVolumes(boolean hostPathsAllowed) {
        this.hostPathsAllowed = hostPathsAllowed;
    }

    /**
     * Returns the volumes of a task: first its directories, then the volumes in its job.
     *
     * @param wanted {@code volumes} of the task's config
     * @param directory the directories of the task
     * @param owner the user and group of the task, who will own directories that are created for relative volumes
     * @throws RktException if a volume is not allowed, or its source does not exist
     */
    List<PodVolume> of(List<String> wanted, TaskDirectory directory, FileOwner owner) throws RktException {
        List<PodVolume> volumes = new ArrayList<>();
        volumes.add(new PodVolume(name(directory, SHARED), directory.shared(), "/alloc", false));
        volumes.add(new PodVolume(name(directory, "logs"), directory.logs(), "/alloc/logs", true));
        volumes.add(new PodVolume(name(directory, "local"), directory.local(), "/local", false));
        volumes.add(new PodVolume(name(directory, "secrets"), directory.secrets(), "/secrets", false));
        for (int i = 0; i < wanted.size(); i++) {
            RktVolume volume = RktVolume.parse(wanted.get(i));
            volumes.add(new PodVolume(
                    name(directory, Integer.toString(i)),
                    source(volume, directory, owner),
                    volume.target(),
                    volume.readOnly()));
        }
        for (PodVolume volume : volumes) {
            refuseComma(volume.source());
        }
        return volumes;
    }

    private static String name(TaskDirectory directory, String what) {
        return RktNames.volume(directory.allocation().getFileName().toString(), directory.task(), what);
    }

    private Path source(RktVolume volume, TaskDirectory directory, FileOwner owner) throws RktException {
        String source = volume.source();
        Path path = Path.of(source);
        if (!path.isAbsolute()) {
            refuseKernelFileSystem(volume);
            return resolveAlone(path, directory, owner);
        }
        if (!hostPathsAllowed) {
            throw new RktException(
                    "This node does not let tasks mount " + source
                            + " (rkt.volumes.enabled is false): use a path relative" + " to the task's directory",
                    false);
        }
        if (!Files.exists(path)) {
            throw new RktException("The volume's path " + source + " does not exist on this node", false);
        }
        return path;
    }

    /**
     * Synchronized, since two tasks of a group may create the same directory: the second could replace the directory that the first is about to mount.
     */
    private synchronized Path resolveAlone(Path path, TaskDirectory directory, FileOwner owner) throws RktException {
        return AllocationPaths.resolve(path, directory, owner);
    }

    /** Refuses volumes of the kernel's file systems. An OCI runtime follows links in the source of a mount, and could be led elsewhere there. */
    private static void refuseKernelFileSystem(RktVolume volume) throws RktException {
        Path target = Path.of(volume.target()).normalize();
        if (Stream.of("/dev", "/proc", "/sys").anyMatch(target::startsWith)) {
            throw new RktException(
                    "A path of the allocation can't be mounted at " + volume.target()
                            + ": mount it outside of /dev, /proc and /sys",
                    false);
        }
    }

    private static void refuseComma(Path source) throws RktException {
        if (source.toString().contains(",")) {
            throw new RktException("rkt can't mount " + source + ": it takes no comma in a path", false);
        }
    }
}
