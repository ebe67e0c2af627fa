package dev.gantry.api;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Limits how often something happens: at most at a steady rate, after a burst. Thread-safe. */
final class TokenBucket {

    private static final double NANOS = 1e9;

    private final double perSecond;
    private final double burst;
    private final LongSupplier nanoTime;

    // Guarded by this.
    private double available;
    private long filledAt;

    /**
     * Makes a full bucket.
     *
     * @param perSecond how many tokens come back in a second, more than 0
     * @param burst how many tokens it holds, more than 0
     * @param nanoTime a monotonic clock, as {@link System#nanoTime}
     */
    TokenBucket(double perSecond, double burst, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.burst = burst;
        this.nanoTime = nanoTime;
        this.available = burst;
        this.filledAt = nanoTime.getAsLong();
    }

    /**
     * Takes a number of tokens if there are as many.
     *
     * @return zero if they were taken; else how long it takes until there are as many, if nobody else takes some
     */
    synchronized Duration take(double tokens) {
        fill();
        if (available >= tokens) {
            available -= tokens;
            return Duration.ZERO;
        }
        return Duration.ofNanos((long) Math.ceil((Math.min(tokens, burst) - available) / perSecond * NANOS));
    }

    /**
     * Takes tokens even if they are missing: the bucket then owes them.
     *
     * @param deepest the most tokens that the bucket may owe; more than that are forgotten
     * @return how long it takes until nothing is owed any more
     */
    synchronized Duration owe(double tokens, double deepest) {
        fill();
        available = Math.max(-deepest, available - tokens);
        return debt();
    }

    /** Returns how long it takes until nothing is owed any more; zero if nothing is owed. */
    synchronized Duration patience() {
        fill();
        return debt();
    }

    private Duration debt() {
        return available >= 0 ? Duration.ZERO : Duration.ofNanos((long) Math.ceil(-available / perSecond * NANOS));
    }

    private void fill() {
        long now = nanoTime.getAsLong();
        available = Math.min(burst, available + (now - filledAt) / NANOS * perSecond);
        filledAt = now;
    }
}
