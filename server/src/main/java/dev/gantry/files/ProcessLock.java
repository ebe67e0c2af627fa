package dev.gantry.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;

/** Locks files for one user at a time. The system releases a lock when its process ends in any way. */
public final class ProcessLock {

    private ProcessLock() {}

    /**
     * Takes the lock of a file until its channel is closed.
     *
     * @param channel the file, open for writing
     * @return false if another process has the lock, or another channel of this process
     * @throws IOException if the file system can't lock files
     */
    public static boolean take(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }
}
