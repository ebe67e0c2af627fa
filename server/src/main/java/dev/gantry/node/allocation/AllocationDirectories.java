package dev.gantry.node.allocation;

import dev.gantry.driver.TaskDirectory;
import dev.gantry.files.FileTrees;
import dev.gantry.files.OpenDirectory;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Creates and deletes the directories of allocations: {@code ALLOCATION/alloc/{data,logs,tmp}}, {@code
 * ALLOCATION/+logs} and {@code ALLOCATION/TASK/{local,secrets,driver}}.
 *
 * <p>Any user may write the directories that tasks see, except the logs: a task can run as a user that only its image
 * knows. The mode of the root directory keeps out other users of the machine.
 */
public final class AllocationDirectories {

    private static final String FOR_ANY_USER = "rwxrwxrwx";
    private static final String FOR_READERS = "rwxr-xr-x";
    private static final String FOR_THE_NODE = "rwx------";

    /** The most attempts, since a task may again and again put a link in the place of the directory. */
    private static final int MOUNT_POINT_ATTEMPTS = 10;

    /** Suffix of directories that wait for their deletion. Ids of allocations have no dot. */
    private static final String ASIDE = ".aside";

    private final Path root;

    /**
     * Uses a directory.
     *
     * @param root the parent of the allocations' directories; it exists, and only the node's user may enter it
     */
    public AllocationDirectories(Path root) {
        this.root = root;
    }

    /** Returns the directory of a task. */
    TaskDirectory of(String allocationId, String task) {
        return new TaskDirectory(root.resolve(allocationId), task);
    }

    /** Deletes older directories of an allocation, then creates those that its tasks share. */
    void create(String allocationId) throws IOException {
        Path allocation = root.resolve(allocationId);
        FileTrees.delete(allocation);
        Files.createDirectory(allocation);
        create(of(allocationId, "").logs(), FOR_READERS);
        createShared(allocation);
    }

    private static void createShared(Path allocation) throws IOException {
        Path shared = create(allocation.resolve("alloc"), FOR_ANY_USER);
        try (OpenDirectory open = OpenDirectory.of(shared)) {
            for (String name : List.of("data", "tmp")) {
                // Do not touch entries that a task has created: a link may lead to any file of the machine.
                if (!open.has(name)) {
                    open.makeDirectory(name, allocation);
                }
            }
        }
    }

    /** Creates missing directories that the tasks of an allocation share, and keeps the others. */
    void complete(String allocationId) throws IOException {
        Path allocation = root.resolve(allocationId);
        Files.createDirectories(allocation);
        create(of(allocationId, "").logs(), FOR_READERS);
        createShared(allocation);
    }

    /**
     * Moves the data of an ended allocation to a new one on which no task has run yet: {@code alloc/data}, and {@code local}
     * of each task that both have. Moves what an interrupted call has left. A link that a task has put in the place of a
     * directory is moved itself, and never followed.
     *
     * @return false if the ended allocation has no directory any more
     */
    boolean takeOver(String from, String to, Collection<String> tasks) throws IOException {
        Path source = root.resolve(Path.of(from).getFileName());
        if (!Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        move(of(from, "").shared().resolve("data"), of(to, "").shared().resolve("data"));
        for (String task : tasks) {
            move(of(from, task).local(), of(to, task).local());
        }
        return true;
    }

    /** Returns the directory for the copy of data of another node, in which only the node's user can write. */
    Path copyOf(String allocationId) {
        return root.resolve(allocationId).resolve("+copy");
    }

    /** Tells whether {@link #placeCopy} has ended, in this process or an earlier one. */
    boolean hasCopy(String allocationId) {
        return Files.exists(copied(allocationId), LinkOption.NOFOLLOW_LINKS);
    }

    /** Puts the {@linkplain #copyOf copy} in its place, before any task of the allocation runs. */
    void placeCopy(String allocationId, Collection<String> tasks) throws IOException {
        TaskDirectory copy = new TaskDirectory(copyOf(allocationId), "");
        move(copy.shared().resolve("data"), of(allocationId, "").shared().resolve("data"));
        for (String task : tasks) {
            move(
                    new TaskDirectory(copyOf(allocationId), task).local(),
                    of(allocationId, task).local());
        }
        Files.move(copyOf(allocationId), copied(allocationId));
    }

    /** Deletes a {@linkplain #copyOf copy} that has failed. */
    void dropCopy(String allocationId) throws IOException {
        FileTrees.delete(copyOf(allocationId));
    }

    private Path copied(String allocationId) {
        return root.resolve(allocationId).resolve("+copied");
    }

    private static void move(Path from, Path to) throws IOException {
        if (Files.exists(from, LinkOption.NOFOLLOW_LINKS)) {
            FileTrees.delete(to);
            Files.createDirectories(to.getParent());
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /**
     * Tells whether an allocation has a directory.
     *
     * @param allocationId the allocation
     * @return true if the directory exists
     */
    public boolean exists(String allocationId) {
        return Files.exists(root.resolve(allocationId), LinkOption.NOFOLLOW_LINKS);
    }

    /** Creates the directories of one task for a start. The driver's directory of an earlier start is deleted. */
    void prepare(TaskDirectory task) throws IOException {
        FileTrees.delete(task.driver());
        create(task.local(), FOR_ANY_USER);
        create(task.secrets(), FOR_ANY_USER);
        create(task.driver(), FOR_THE_NODE);
        create(task.logs(), FOR_READERS);
        makeMountPoint(task.shared().resolve("logs"));
    }

    /**
     * Creates the directory on which the logs are mounted. Never opens it, since a task may have put a link in its
     * place; replaces a link by a directory. Keeps a directory that exists: tasks of one group start at the same time,
     * and another task's pod may have mounted the logs on it.
     */
    private static void makeMountPoint(Path directory) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                Files.createDirectory(directory);
                return;
            } catch (FileAlreadyExistsException e) {
                if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                    return;
                }
                if (attempt == MOUNT_POINT_ATTEMPTS) {
                    throw e;
                }
            }
            try (OpenDirectory parent = OpenDirectory.of(directory.getParent())) {
                parent.deleteFile(directory.getFileName().toString());
            } catch (FileSystemException e) {
                if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                    throw e;
                }
            }
        }
    }

    /**
     * Deletes the directory of an allocation. Links are deleted, not followed.
     *
     * @param allocationId the allocation
     * @throws IOException if a file can't be deleted
     */
    public void delete(String allocationId) throws IOException {
        FileTrees.delete(root.resolve(allocationId));
    }

    /**
     * Renames the directory of an allocation, so that it can be deleted later while the allocation runs again.
     *
     * @param allocationId the allocation, or the result of an earlier call
     * @return the name to {@link #delete}
     * @throws IOException if the directory can't be renamed
     */
    public String setAside(String allocationId) throws IOException {
        if (allocationId.endsWith(ASIDE)) {
            return allocationId;
        }
        String aside = allocationId + ASIDE;
        delete(aside);
        Files.move(root.resolve(allocationId), root.resolve(aside));
        return aside;
    }

    /**
     * Lists the directories of allocations.
     *
     * @return the ids of allocations, and the names of directories that were set aside; in no order
     * @throws IOException if the root directory can't be read
     */
    public List<String> list() throws IOException {
        List<String> ids = new ArrayList<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(root)) {
            directories.forEach(directory -> ids.add(directory.getFileName().toString()));
        }
        return ids;
    }

    private static Path create(Path directory, String permissions) throws IOException {
        Files.createDirectories(directory);
        // Set afterwards: the umask of the process restricts permissions at creation.
        return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(permissions));
    }
}
