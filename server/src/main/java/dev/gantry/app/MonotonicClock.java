package dev.gantry.app;

import java.time.Instant;
import java.time.InstantSource;

/**
 * A monotonic clock: the wall clock's time when it was made plus the time that has passed since. It does not jump when
 * the machine's time is set. Use it to measure durations, not to show the time.
 */
final class MonotonicClock implements InstantSource {

    private final Instant start;
    private final long startNanos = System.nanoTime();

    MonotonicClock(InstantSource clock) {
        this.start = clock.instant();
    }

    @Override
    public Instant instant() {
        return start.plusNanos(System.nanoTime() - startNanos);
    }
}
