package dev.gantry.node.session;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Computes the waits between attempts to connect. The wait doubles with each failure, up to a limit. Half of it is
 * random, so that the nodes of a server that returns do not all connect at once.
 */
final class Backoff {

    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;
    private int failures;

    Backoff(Duration first, Duration longest, RandomGenerator random) {
        this.first = first;
        this.longest = longest;
        this.random = random;
    }

    /** Counts a failure; returns the wait before the next attempt. */
    Duration next() {
        double doubled = (double) first.toNanos() * Math.pow(2, failures);
        failures++;
        return jitter(Duration.ofNanos((long) Math.min(doubled, (double) longest.toNanos())));
    }

    /** Resets the count of failures, after a success. */
    void reset() {
        failures = 0;
    }

    /** Returns half of a delay plus a random part of the other half. */
    Duration jitter(Duration delay) {
        long half = delay.toNanos() / 2;
        return Duration.ofNanos(half + (long) (half * random.nextDouble()));
    }
}
