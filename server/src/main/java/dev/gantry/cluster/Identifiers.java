package dev.gantry.cluster;

import java.util.Collection;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * Makes names for evaluations and allocations: UUIDs that begin with a number that counts up. Neighbours in
 * time are then neighbours in the database's indexes, and the first eight characters, by which people call an object, tell
 * any two apart until four billion were made.
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
     * Begins to name, or goes on.
     *
     * @param random what makes names differ from those of other clusters; used by several threads at a time
     * @param known names given before, the greatest of each kind; those of another form are passed over
     * @return gives greater names, until they begin at zero again
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
     * A name that nothing else has.
     *
     * @return a UUID (RFC 9562, version 8: a number of 32 bits, then chance) in its text form
     */
    public String next() {
        long chance = random.nextLong() & LOW_HALF & ~VERSION_BITS;
        long high = ((long) number.getAndIncrement() << Integer.SIZE) | chance | VERSION_8;
        long low = (random.nextLong() & ~VARIANT_BITS) | VARIANT_RFC_9562;
        return new UUID(high, low).toString();
    }
}
