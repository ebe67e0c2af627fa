package dev.gantry.cluster;

import java.util.UUID;
import java.util.random.RandomGenerator;

/** Makes names for evaluations and allocations. */
public final class Identifiers {

    private static final long VERSION_BITS = 0xF000L;
    private static final long VERSION_4 = 0x4000L;
    private static final long VARIANT_BITS = 0xC000_0000_0000_0000L;
    private static final long VARIANT_RFC_4122 = 0x8000_0000_0000_0000L;

    private final RandomGenerator random;

    /**
     * Makes names out of chance.
     *
     * @param random the chance; used by several threads at a time
     */
    public Identifiers(RandomGenerator random) {
        this.random = random;
    }

    /**
     * A name that nothing else has.
     *
     * @return a random UUID (RFC 4122, version 4) in its text form
     */
    public String next() {
        long high = (random.nextLong() & ~VERSION_BITS) | VERSION_4;
        long low = (random.nextLong() & ~VARIANT_BITS) | VARIANT_RFC_4122;
        return new UUID(high, low).toString();
    }
}
