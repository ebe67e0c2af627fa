package dev.gantry.app;

import java.time.Instant;
import java.time.InstantSource;

/**
 * A clock that shows the time at its making and how much has passed since: it does not jump when the machine's time is
 * set. For measuring how long something takes, not for telling what time it is.
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
