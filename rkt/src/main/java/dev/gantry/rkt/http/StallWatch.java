package dev.gantry.rkt.http;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Closes a response body that has stalled, so that the waiting reader fails. The reader reports each read by {@link
 * #moved}. A separate thread watches, and ends when this object is closed.
 */
final class StallWatch implements AutoCloseable {

    /** The longest time without data from the server. */
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
