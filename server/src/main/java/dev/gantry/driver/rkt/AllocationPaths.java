package dev.gantry.driver.rkt;

import dev.gantry.driver.TaskDirectory;
import dev.gantry.files.FileOwner;
import dev.gantry.files.IoFailures;
import dev.gantry.files.OpenDirectory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Resolves the relative paths in a job, beginning at the task's directory. Refuses paths that lead out of the
 * allocation's directory, and paths to files of the driver, to outputs of tasks and to secrets of other tasks. Never
 * follows a link, since another task of the allocation may change it at any time.
 */
final class AllocationPaths {

    /** The longest path that the kernel accepts, in bytes. */
    private static final int LONGEST = 4095;

    private final String asked;
    private final TaskDirectory directory;
    private final FileOwner owner;

    private AllocationPaths(Path asked, TaskDirectory directory, FileOwner owner) {
        this.asked = asked.toString();
        this.directory = directory;
        this.owner = owner;
    }

    /**
     * Finds the path, and creates missing directories.
     *
     * @param relative the path in the job
     * @param directory the directories of the task
     * @param owner the owner of directories that are created
     * @return the absolute path, without links at the time of the check
     * @throws RktException if the path leads out of the allowed directories, or through a link
     */
    static Path resolve(Path relative, TaskDirectory directory, FileOwner owner) throws RktException {
        try {
            return new AllocationPaths(relative, directory, owner).resolve(relative);
        } catch (IOException e) {
            String message = "Could not make the volume's directory " + relative + ": " + IoFailures.reason(e);
            throw new RktException(message, RktErrors.mayPass(message));
        }
    }

    private Path resolve(Path relative) throws IOException, RktException {
        Path allocation = directory.allocation().toRealPath();
        Path wanted = allocation.resolve(directory.task()).resolve(relative).normalize();
        if (!wanted.startsWith(allocation)) {
            throw refused("leads out of the allocation's directory");
        }
        if (wanted.toString().length() > LONGEST) {
            throw refused("is too long");
        }
        List<String> names = names(allocation.relativize(wanted));
        refuseWhatIsNotTheTasks(names);
        try {
            walk(OpenDirectory.of(allocation.resolve(names.get(0))), names.subList(1, names.size()));
        } catch (NoSuchFileException e) {
            throw refused("leads to a task that this allocation does not have");
        }
        return wanted;
    }

    private static List<String> names(Path path) {
        return StreamSupport.stream(path.spliterator(), false)
                .map(Path::toString)
                .toList();
    }

    private void refuseWhatIsNotTheTasks(List<String> inside) throws RktException {
        String top = inside.get(0);
        if (isCalled(top, directory.shared())) {
            return;
        }
        String second = inside.size() > 1 ? inside.get(1) : "";
        boolean isOthersSecret = second.equals("secrets") && !top.equals(directory.task());
        if (second.isEmpty() || second.equals("driver") || isOthersSecret || isTheNodes(top)) {
            throw refused("is not the task's own");
        }
    }

    private boolean isTheNodes(String top) {
        return isCalled(top, directory.logs()) || isCalled(top, directory.artifacts());
    }

    private static boolean isCalled(String name, Path path) {
        return name.equals(path.getFileName().toString());
    }

    /** Opens a subdirectory and closes the parent, so that a long path never needs more than two open handles. */
    private void walk(OpenDirectory first, List<String> names) throws IOException, RktException {
        OpenDirectory at = first;
        try {
            for (int i = 0; i < names.size(); i++) {
                String name = names.get(i);
                Optional<BasicFileAttributes> found = look(at, name);
                if (found.isEmpty()) {
                    at.makeDirectory(name, directory.driver(), owner);
                } else if (found.get().isRegularFile() && i == names.size() - 1) {
                    return;
                } else if (!found.get().isDirectory()) {
                    throw refused(
                            found.get().isSymbolicLink()
                                    ? "leads through the link " + name + ", which is not followed"
                                    : "leads through " + name + ", which is no directory");
                }
                OpenDirectory next = at.enter(name);
                at.close();
                at = next;
            }
        } finally {
            at.close();
        }
    }

    private static Optional<BasicFileAttributes> look(OpenDirectory at, String name) throws IOException {
        try {
            return Optional.of(at.look(name));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private RktException refused(String why) {
        return new RktException(
                "The volume's path " + asked + " " + why + ": name one below local/, secrets/ or ../alloc/", false);
    }
}
