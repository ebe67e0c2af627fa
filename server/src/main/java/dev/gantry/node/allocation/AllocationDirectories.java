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
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * The directories of allocations: {@code ALLOCATION/alloc/{data,logs,tmp}}, {@code ALLOCATION/+logs}, {@code
 * ALLOCATION/TASK/{local,secrets}} and what a driver remembers.
 *
 * <p>What tasks see may be written by any user, since a task can run as one that only its image knows, but for the logs;
 * other users of the machine are kept out by the directory that holds them all.
 */
public final class AllocationDirectories {

    private static final String FOR_ANY_USER = "rwxrwxrwx";
    private static final String FOR_READERS = "rwxr-xr-x";
    private static final String FOR_THE_NODE = "rwx------";

    /** Bounds the race with a task that puts a link in the place of the directory again and again. */
    private static final int MOUNT_POINT_ATTEMPTS = 10;

    /** Ends the names of what is only there to be deleted; no allocation's id has a dot. */
    private static final String ASIDE = ".aside";

    private final Path root;

    /**
     * Uses a directory.
     *
     * @param root where allocations have theirs; it exists, and only the node's user may enter it
     */
    public AllocationDirectories(Path root) {
        this.root = root;
    }

    /** Where a task lives. */
    TaskDirectory of(String allocationId, String task) {
        return new TaskDirectory(root.resolve(allocationId), task);
    }

    /** Makes what the tasks of an allocation share; what was there before is removed. */
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
                // What a task has put there stays, and is not touched: a link may lead to any file of the machine.
                if (!open.has(name)) {
                    open.makeDirectory(name, allocation);
                }
            }
        }
    }

    /** Makes what is missing of what the tasks of an allocation share, and keeps what is there. */
    void complete(String allocationId) throws IOException {
        Path allocation = root.resolve(allocationId);
        Files.createDirectories(allocation);
        createShared(allocation);
    }

    /**
     * Whether there is anything of an allocation.
     *
     * @param allocationId the allocation
     * @return true if it has a directory
     */
    public boolean isThere(String allocationId) {
        return Files.exists(root.resolve(allocationId), LinkOption.NOFOLLOW_LINKS);
    }

    /** Makes what one task has for itself, whatever an earlier start has left of it. */
    void prepare(TaskDirectory task) throws IOException {
        FileTrees.delete(task.driver());
        create(task.local(), FOR_ANY_USER);
        create(task.secrets(), FOR_ANY_USER);
        create(task.driver(), FOR_THE_NODE);
        create(task.logs(), FOR_READERS);
        makeMountPoint(task.shared().resolve("logs"));
    }

    /**
     * Makes the directory that the logs are mounted on. It is never opened here: a task may put a link in its place, and
     * the next one to start then gets a directory again. Tasks of one group start at the same time: a directory that
     * another one has made stays, since its pod may have mounted the logs on it.
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
     * Deletes all that is there of an allocation. Links are deleted, not followed.
     *
     * @param allocationId the allocation
     * @throws IOException if something of it can't be deleted
     */
    public void delete(String allocationId) throws IOException {
        FileTrees.delete(root.resolve(allocationId));
    }

    /**
     * Puts all that is there of an allocation out of the way of a new run of it, to be deleted at leisure.
     *
     * @param allocationId the allocation, or what was put out of the way already
     * @return what to {@link #delete}
     * @throws IOException if it can't be moved
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
     * Which allocations have directories.
     *
     * @return their ids, in no order, and what was put out of the way and not deleted yet
     * @throws IOException if that can't be read
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
        // Given now: what is given at creation goes through the process's mask.
        return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(permissions));
    }
}
