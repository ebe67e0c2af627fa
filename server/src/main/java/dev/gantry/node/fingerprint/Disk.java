package dev.gantry.node.fingerprint;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The disk under a node's data directory. Told anew only when it has changed by a twentieth of its size: a log line
 * written somewhere is nothing that the whole cluster must know. Guarded by itself.
 */
final class Disk {

    private static final Logger LOG = LoggerFactory.getLogger(Disk.class);

    private static final int STEPS = 20;

    private final Path path;
    private Space told = new Space(0, 0);

    /**
     * Room on a disk.
     *
     * @param total its size in bytes
     * @param free what is free of it in bytes
     */
    record Space(long total, long free) {

        boolean isNear(Space other) {
            return total == other.total && Math.abs(free - other.free) <= total / STEPS;
        }
    }

    Disk(Path path) {
        this.path = path;
    }

    synchronized Space space() {
        try {
            FileStore store = Files.getFileStore(path);
            Space now = new Space(store.getTotalSpace(), store.getUsableSpace());
            told = now.isNear(told) ? told : now;
        } catch (IOException e) {
            LOG.warn("Can't ask how full the disk under {} is", path, e);
        }
        return told;
    }
}
