package dev.gantry.rkt.http;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Closes a body from which nothing comes any more, so that whoever waits for it goes on. The reader tells of each read
 * by {@link #moved}; a thread of its own watches, and ends when this is closed.
 */
final class StallWatch implements AutoCloseable {

    /** The time that a server may send nothing. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Thread watcher;
    private volatile long movedAt = System.nanoTime();
    private volatile boolean hasStalled;

    StallWatch(InputStream body) {
        this.watcher = new Thread(() -> watch(body), "stall-watch");
        watcher.setDaemon(true);
        watcher.start();
    }

    void moved() {
        movedAt = System.nanoTime();
    }

    boolean hasStalled() {
        return hasStalled;
    }

    @Override
    public void close() {
        watcher.interrupt();
    }

    private void watch(InputStream body) {
        try {
            long left = PATIENCE.toNanos();
            while (left > 0) {
                Thread.sleep(Duration.ofNanos(left).toMillis() + 1);
                left = PATIENCE.toNanos() - (System.nanoTime() - movedAt);
            }
            hasStalled = true;
            body.close();
        } catch (InterruptedException | IOException e) {
            // The body was read to its end, or is closed already: nothing is left to watch.
            return;
        }
    }
}
