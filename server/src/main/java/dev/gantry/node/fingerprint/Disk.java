package dev.gantry.node.fingerprint;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The space of the disk that holds the node's data directory. The value changes only if the free space has changed by a
 * twentieth of the size, so that the node does not report each small write. Thread-safe: its monitor guards the state.
 */
final class Disk {

    private static final Logger LOG = LoggerFactory.getLogger(Disk.class);

    private static final int STEPS = 20;

    private final Path path;
    private Space reported = new Space(0, 0);

    /**
     * The space of a disk.
     *
     * @param total the size in bytes
     * @param free the free bytes
     */
    record Space(long total, long free) {

        /** Returns true if the difference is too small to report. */
        boolean isNear(Space other) {
            return total == other.total && Math.abs(free - other.free) <= total / STEPS;
        }
    }

    Disk(Path path) {
        this.path = path;
    }

    /** Returns the space, or the last known value if the disk can't be read. */
    synchronized Space space() {
        try {
            FileStore store = Files.getFileStore(path);
            Space now = new Space(store.getTotalSpace(), store.getUsableSpace());
            reported = now.isNear(reported) ? reported : now;
        } catch (IOException e) {
            LOG.warn("Can't read the free space of the disk of {}", path, e);
        }
        return reported;
    }
}
