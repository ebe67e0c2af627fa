package dev.gantry.node.session;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before trying again: each time twice as long as before, up to a limit. Half of it is chance, so that
 * the nodes of a server that was away do not all come back at once.
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

    /** Counts a failure; returns how long to wait. */
    Duration next() {
        double doubled = (double) first.toNanos() * Math.pow(2, failures);
        failures++;
        return jitter(Duration.ofNanos((long) Math.min(doubled, (double) longest.toNanos())));
    }

    /** Begins anew, after a success. */
    void reset() {
        failures = 0;
    }

    /** Half of a delay, and a random part of the other half. */
    Duration jitter(Duration delay) {
        long half = delay.toNanos() / 2;
        return Duration.ofNanos(half + (long) (half * random.nextDouble()));
    }
}
