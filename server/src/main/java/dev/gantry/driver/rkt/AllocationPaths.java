package dev.gantry.driver.rkt;

import dev.gantry.driver.TaskDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Resolves relative paths that a job names, as the kernel would: from the task's directory, step by step, links
 * followed. No step may leave the allocation's directory, neither by {@code ..} nor by a link that a task has left there.
 *
 * <p>Within the allocation, what belongs to the driver and the secrets of other tasks are out of reach too.
 */
final class AllocationPaths {

    private final String asked;
    private final TaskDirectory directory;
    private final Path allocation;

    private AllocationPaths(Path asked, TaskDirectory directory) throws IOException {
        this.asked = asked.toString();
        this.directory = directory;
        this.allocation = directory.allocation().toRealPath();
    }

    /**
     * Finds the path, making directories where there is nothing yet.
     *
     * @param relative what the job says
     * @param directory where the task lives
     * @return the path, absolute and without links
     * @throws RktException if the path leads out of where the task may go
     */
    static Path resolve(Path relative, TaskDirectory directory) throws RktException {
        try {
            AllocationPaths paths = new AllocationPaths(relative, directory);
            Path path = paths.walk(relative);
            return Files.exists(path) ? path : Files.createDirectories(path);
        } catch (IOException e) {
            throw new RktException("Could not make the volume's directory " + relative + ": " + e.getMessage(), false);
        }
    }

    private Path walk(Path relative) throws IOException, RktException {
        Path current = directory.own().toRealPath();
        for (Path name : relative) {
            current = step(current, name.toString());
            if (!current.startsWith(allocation)) {
                throw refused("leads out of the allocation's directory");
            }
        }
        refuseWhatIsNotTheTasks(allocation.relativize(current));
        return current;
    }

    private Path step(Path current, String name) throws IOException, RktException {
        if (name.isEmpty() || name.equals(".")) {
            return current;
        }
        if (name.equals("..")) {
            return current.getParent();
        }
        Path next = current.resolve(name);
        if (Files.exists(next)) {
            return next.toRealPath();
        }
        if (Files.isSymbolicLink(next)) {
            throw refused("is a link to nowhere");
        }
        return next;
    }

    private void refuseWhatIsNotTheTasks(Path inside) throws RktException {
        String top = inside.getName(0).toString();
        if (top.equals(directory.shared().getFileName().toString())) {
            return;
        }
        String second = inside.getNameCount() > 1 ? inside.getName(1).toString() : "";
        boolean ownSecrets = top.equals(directory.task());
        if (second.isEmpty() || second.equals("driver") || (second.equals("secrets") && !ownSecrets)) {
            throw refused("is not the task's own");
        }
    }

    private RktException refused(String why) {
        return new RktException(
                "The volume's path " + asked + " " + why + ": name one below local/, secrets/ or ../alloc/", false);
    }
}
