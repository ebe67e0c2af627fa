package dev.gantry.scheduler.state;

/**
 * Spreads arbitrary choices evenly without randomness: the same words always lead to the same choice.
 *
 * @param value a hash of the words
 */
public record Seed(long value) {

    // Odd, with the bits of the golden ratio: its multiples lie evenly among all longs (Knuth, volume 3, 6.4).
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    /** Returns the seed of an allocation. */
    static Seed of(String jobId, String taskGroup, int index) {
        return new Seed(0).with(jobId).with(taskGroup).with(index);
    }

    /** Returns a seed that also depends on a word. */
    Seed with(String word) {
        return with(word.hashCode());
    }

    /**
     * Returns a number from 0 to a bound, exclusive.
     *
     * @param bound 1 or more
     */
    public int below(int bound) {
        return Math.floorMod(value >>> Integer.SIZE, bound);
    }

    private Seed with(int number) {
        long mixed = (value ^ number) * GOLDEN_RATIO;
        return new Seed(mixed ^ (mixed >>> 29));
    }
}
