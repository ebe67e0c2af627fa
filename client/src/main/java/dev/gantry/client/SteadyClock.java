package dev.gantry.client;

import java.time.Instant;
import java.time.InstantSource;

/** A monotonic clock: it begins with the machine's time and does not jump when the machine's time is set. */
final class SteadyClock implements InstantSource {

    private final Instant start = Instant.now();
    private final long startNanos = System.nanoTime();

    @Override
    public Instant instant() {
        return start.plusNanos(System.nanoTime() - startNanos);
    }
}
