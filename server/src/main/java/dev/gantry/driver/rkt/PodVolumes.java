package dev.gantry.driver.rkt;

import dev.gantry.driver.TaskDirectory;
import dev.gantry.files.FileOwner;
import dev.gantry.restriction.MachineUse;
import dev.gantry.restriction.Restrictions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Decides which paths of the machine a task may mount. A driver has one instance, which the threads of all its tasks
 * share.
 */
final class PodVolumes {

    /** The end of the name of the volume for the allocation's shared directory, after allocation and task. */
    static final String SHARED = "alloc";

    private final Restrictions restrictions;

    /**
     * Sets the node's rules.
     *
     * @param restrictions which paths of the machine tasks may mount; directories of their own allocation are always
     *     allowed
     */
    PodVolumes(Restrictions restrictions) {
        this.restrictions = restrictions;
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
        if (restrictions.restrictsHostVolumes()) {
            refuseKernelFileSystem(volume);
            return resolveAllowed(path, volume.readOnly());
        }
        if (!Files.exists(path)) {
            throw missing(path);
        }
        return path;
    }

    /**
     * Finds the path without links, and refuses it if it is not allowed. rkt mounts that path only if there is no link
     * in it by then.
     */
    private Path resolveAllowed(Path path, boolean readOnly) throws RktException {
        Path real;
        try {
            real = path.toRealPath();
        } catch (NoSuchFileException e) {
            throw missing(path);
        } catch (IOException e) {
            throw new RktException("Could not follow the volume's path " + path + ": " + e, false);
        }
        Optional<String> refusal = restrictions.refusal(new MachineUse.HostVolume(real.toString(), readOnly));
        if (refusal.isPresent()) {
            String origin = real.equals(path) ? "" : ", where \"%s\" leads".formatted(path);
            throw RktException.restricted("This node " + refusal.get() + origin);
        }
        if (!Files.isDirectory(real) && !Files.isRegularFile(real)) {
            throw new RktException(
                    "The volume's path " + path
                            + " is neither a directory nor a regular file: a node that restricts host volumes mounts"
                            + " nothing else",
                    false);
        }
        return real;
    }

    private static RktException missing(Path path) {
        return new RktException("The volume's path " + path + " does not exist on this node", false);
    }

    /**
     * Synchronized, since two tasks of a group may create the same directory: the second could replace the directory that
     * the first is about to mount.
     */
    private synchronized Path resolveAlone(Path path, TaskDirectory directory, FileOwner owner) throws RktException {
        return AllocationPaths.resolve(path, directory, owner);
    }

    /**
     * Refuses volumes of the kernel's file systems. An OCI runtime follows links in the source of a mount, and could be
     * led elsewhere there.
     */
    private static void refuseKernelFileSystem(RktVolume volume) throws RktException {
        Path target = Path.of(volume.target()).normalize();
        if (Stream.of("/dev", "/proc", "/sys").anyMatch(target::startsWith)) {
            throw new RktException(
                    "The path " + volume.source() + " can't be mounted at " + volume.target()
                            + ": mount it outside of /dev, /proc and /sys",
                    false);
        }
    }

    private static void refuseComma(Path source) throws RktException {
        if (source.toString().contains(",")) {
            throw new RktException("rkt can't mount " + source + ": rkt accepts no comma in a path", false);
        }
    }
}
