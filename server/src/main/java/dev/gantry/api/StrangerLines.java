package dev.gantry.api;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Limits the lines of the audit log about calls that were refused at once: those of callers without a valid token, and
 * those beyond a limit. Whoever reaches the port can make as many of them as they like, and the log keeps a limited number of
 * lines. The first lines of an attack are kept, and later ones are counted. Thread-safe.
 */
final class StrangerLines {

    private final TokenBucket bucket;
    private final AtomicLong omitted = new AtomicLong();

    StrangerLines(TokenBucket bucket) {
        this.bucket = bucket;
    }

    /** Takes the right to write one line; counts the line if there is none. */
    boolean mayWrite() {
        boolean may = bucket.take(1).equals(Duration.ZERO);
        if (!may) {
            omitted.incrementAndGet();
        }
        return may;
    }

    /** Returns the number of lines that were left out, and begins to count anew. */
    long omitted() {
        return omitted.getAndSet(0);
    }
}
