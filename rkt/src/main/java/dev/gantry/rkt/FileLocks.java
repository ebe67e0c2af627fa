package dev.gantry.rkt;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Locks between processes: of two that want one, the second waits. A process that dies holds none. */
public final class FileLocks {

    private FileLocks() {}

    /**
     * Takes a lock, and waits for it if need be.
     *
     * @param file the file that stands for the lock; made if there is none, and never removed
     * @return to be closed when done
     * @throws IOException if that fails
     */
    public static Closeable acquire(Path file) throws IOException {
        return acquire(file, false);
    }

    /**
     * Takes a lock that several processes may hold if all of them share it, and waits for it if need be.
     *
     * @param file the file that stands for the lock; made if there is none, and never removed
     * @param shared whether others may share it
     * @return to be closed when done
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
