package dev.gantry.node.state;

import dev.gantry.files.ProcessLock;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The directory with all files of one node. While a node has it open, no other node can use it: two nodes would run
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
     * Opens a data directory, and creates it if it is missing.
     *
     * @param path the path of the directory
     * @return the directory, locked
     * @throws NodeStateException if the directory can't be used, or another node uses it
     */
    public static DataDirectory open(Path path) {
        Path root = path.toAbsolutePath().normalize();
        try {
            // Without links: the driver may have to refuse volumes whose path leads through one.
            root = Files.createDirectories(root).toRealPath();
            DataDirectory directory = new DataDirectory(root, lock(root));
            createPrivate(directory.state());
            createPrivate(directory.allocations());
            createPrivate(directory.downloads());
            return directory;
        } catch (IOException e) {
            throw new NodeStateException(
                    "Can't use the data directory %s: %s; choose another one".formatted(root, e), e);
        }
    }

    /**
     * Returns the path of the directory.
     *
     * @return an absolute path
     */
    public Path root() {
        return root;
    }

    /**
     * Returns the file of the node's identity.
     *
     * @return the file
     */
    public Path identity() {
        return root.resolve("identity");
    }

    /**
     * Returns the file of the certificate that a server has issued to the node, and of its private key.
     *
     * @return the file
     */
    public Path certificate() {
        return root.resolve("certificate.pem");
    }

    /**
     * Returns the file of the node's cluster.
     *
     * @return the file
     */
    public Path cluster() {
        return root.resolve("cluster");
    }

    /**
     * Returns the directory of the allocations' state files.
     *
     * @return the directory
     */
    public Path state() {
        return root.resolve("state");
    }

    /**
     * Returns the parent of the allocations' directories. Only the node's user can enter it, since it holds the data of
     * tasks.
     *
     * @return the directory
     */
    public Path allocations() {
        return root.resolve("allocs");
    }

    /**
     * Returns the directory of downloads that are kept or not finished. Only the node's user can enter it.
     *
     * @return the directory
     */
    public Path downloads() {
        return root.resolve("downloads");
    }

    /** Releases the lock. */
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

    /** Takes the lock. The file stays. */
    private static FileChannel lock(Path root) throws IOException {
        FileChannel channel =
                FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!ProcessLock.take(channel)) {
            channel.close();
            throw new NodeStateException(
                    "Another gantry node uses the data directory %s; stop it, or choose another --data-dir"
                            .formatted(root));
        }
        return channel;
    }
}
