package dev.gantry.client;

import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Makes request ids: UUIDs of version 7 (RFC 9562), which begin with the time, so that ids of the same time are
 * neighbours in the server's index and are written together.
 */
final class RequestIds implements Supplier<UUID> {

    private static final int BITS_AFTER_TIME = 16;
    private static final long VERSION_7 = 0x7000L;
    private static final long CHANCE = 0x0FFFL;

    private final InstantSource clock;

    RequestIds(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public UUID get() {
        UUID chance = UUID.randomUUID();
        long high = (clock.millis() << BITS_AFTER_TIME) | VERSION_7 | (chance.getMostSignificantBits() & CHANCE);
        return new UUID(high, chance.getLeastSignificantBits());
    }
}
