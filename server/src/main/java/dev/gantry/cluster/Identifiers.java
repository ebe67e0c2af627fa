package dev.gantry.cluster;

import java.util.Collection;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * Creates ids of evaluations and allocations: UUIDs that begin with a counter. Objects created one after the other are
 * neighbours in the database's indexes, and the first eight characters are unique until four billion ids were created.
 */
public final class Identifiers {

    private static final int NUMBER_DIGITS = 8;
    private static final long VERSION_BITS = 0xF000L;
    private static final long VERSION_8 = 0x8000L;
    private static final long VARIANT_BITS = 0xC000_0000_0000_0000L;
    private static final long VARIANT_RFC_9562 = 0x8000_0000_0000_0000L;
    private static final long LOW_HALF = 0xFFFF_FFFFL;

    private final RandomGenerator random;
    private final AtomicInteger number;

    private Identifiers(RandomGenerator random, int first) {
        this.random = random;
        this.number = new AtomicInteger(first);
    }

    /**
     * Continues after ids that were created before.
     *
     * @param random makes ids differ from those of other clusters; used by several threads at a time
     * @param known the greatest id of each kind; ids of another form are ignored
     * @return creates greater ids, until the counter starts again at zero
     */
    public static Identifiers after(RandomGenerator random, Collection<String> known) {
        int last = known.stream()
                .filter(id -> id.matches("[0-9a-f]{8}-.*"))
                .map(id -> Integer.parseUnsignedInt(id.substring(0, NUMBER_DIGITS), 16))
                .max(Integer::compareUnsigned)
                .orElse(0);
        return new Identifiers(random, last + 1);
    }

    /**
     * Creates an id.
     *
     * @return a UUID (RFC 9562, version 8: a 32-bit counter, then random bits) in its text form
     */
    public String next() {
        long chance = random.nextLong() & LOW_HALF & ~VERSION_BITS;
        long high = ((long) number.getAndIncrement() << Integer.SIZE) | chance | VERSION_8;
        long low = (random.nextLong() & ~VARIANT_BITS) | VARIANT_RFC_9562;
        return new UUID(high, low).toString();
    }
}
