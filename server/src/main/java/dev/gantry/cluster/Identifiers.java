package dev.gantry.cluster;

import dev.gantry.model.CountedId;
import java.util.Collection;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/** Creates ids of evaluations and allocations, in the form of {@link CountedId}. */
public final class Identifiers {

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
     * @param known the newest id of each kind; ids of another form are ignored
     * @return creates newer ids, until the counter starts again at zero
     */
    public static Identifiers after(RandomGenerator random, Collection<String> known) {
        int last = known.stream()
                .map(CountedId::number)
                .filter(OptionalInt::isPresent)
                .map(OptionalInt::getAsInt)
                .max(Integer::compareUnsigned)
                .orElse(0);
        return new Identifiers(random, last + 1);
    }

    /**
     * Creates an id.
     *
     * @return a UUID in its text form
     */
    public String next() {
        return CountedId.of(number.getAndIncrement(), random.nextLong());
    }
}
