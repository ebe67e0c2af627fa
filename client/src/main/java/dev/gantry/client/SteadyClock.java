package dev.gantry.client;

import java.time.Instant;
import java.time.InstantSource;

/** Begins with the time of the machine and then measures what passes: it does not jump when somebody sets the machine's clock. */
final class SteadyClock implements InstantSource {

    private final Instant start = Instant.now();
    private final long startNanos = System.nanoTime();

    @Override
    public Instant instant() {
        return start.plusNanos(System.nanoTime() - startNanos);
    }
}
