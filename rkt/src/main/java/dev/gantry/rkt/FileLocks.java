package dev.gantry.rkt;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Locks between processes. The second process that wants a lock waits; the kernel releases the locks of a process that
 * dies.
 */
public final class FileLocks {

    private FileLocks() {}

    /**
     * Takes a lock; waits while another process holds it.
     *
     * @param file the lock file; created if it is missing, and never removed
     * @return the lock, which the caller closes to release it
     * @throws IOException if that fails
     */
    public static Closeable acquire(Path file) throws IOException {
        return acquire(file, false);
    }

    /**
     * Takes a shared or an exclusive lock; waits while another process holds it the other way.
     *
     * @param file the lock file; created if it is missing, and never removed
     * @param shared whether others may share it
     * @return the lock, which the caller closes to release it
     * @throws IOException if that fails
     */
    public static Closeable acquire(Path file, boolean shared) throws IOException {
        Files.createDirectories(file.getParent());
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            channel.lock(0, Long.MAX_VALUE, shared);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
