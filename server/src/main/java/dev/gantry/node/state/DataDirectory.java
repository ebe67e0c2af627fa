package dev.gantry.node.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The directory in which one node keeps all it has. While it is open, no other node can use it: two of them would run
 * every task twice.
 */
public final class DataDirectory implements AutoCloseable {

    private final Path root;
    private final FileChannel lock;

    private DataDirectory(Path root, FileChannel lock) {
        this.root = root;
        this.lock = lock;
    }

    /**
     * Opens a data directory, and makes it where it is missing.
     *
     * @param path where
     * @return the directory, locked
     * @throws NodeStateException if it can't be used, or another node uses it
     */
    public static DataDirectory open(Path path) {
        Path root = path.toAbsolutePath().normalize();
        try {
            Files.createDirectories(root);
            DataDirectory directory = new DataDirectory(root, lock(root));
            createPrivate(directory.state());
            createPrivate(directory.allocations());
            return directory;
        } catch (IOException e) {
            throw new NodeStateException(
                    "Can't use the data directory %s: %s; choose another one".formatted(root, e), e);
        }
    }

    /**
     * The directory itself.
     *
     * @return an absolute path
     */
    public Path root() {
        return root;
    }

    /**
     * Where the node's identity is kept.
     *
     * @return the file
     */
    public Path identity() {
        return root.resolve("identity");
    }

    /**
     * Where the node remembers which cluster it belongs to.
     *
     * @return the file
     */
    public Path cluster() {
        return root.resolve("cluster");
    }

    /**
     * Where the node remembers its allocations.
     *
     * @return the directory
     */
    public Path state() {
        return root.resolve("state");
    }

    /**
     * Where allocations have their directories. Nobody but root can look into it: what tasks keep there is theirs.
     *
     * @return the directory
     */
    public Path allocations() {
        return root.resolve("allocs");
    }

    /** Lets another node use the directory. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new NodeStateException("Can't unlock the data directory " + root, e);
        }
    }

    private static void createPrivate(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    /** The lock goes with the process, whatever becomes of it; the file stays. */
    private static FileChannel lock(Path root) throws IOException {
        FileChannel channel =
                FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!tryLock(channel)) {
            channel.close();
            throw new NodeStateException(
                    "Another gantry node uses the data directory %s; stop it, or choose another --data-dir"
                            .formatted(root));
        }
        return channel;
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            // Another node in this very process.
            return false;
        }
    }
}
