package dev.gantry.scheduler.state;

/**
 * Spreads choices evenly where any would do, in place of randomness: the same words always make the same choice.
 *
 * @param value what the words were mixed to
 */
public record Seed(long value) {

    // Odd, and the bits of the golden ratio: multiples of it lie evenly among all longs (Knuth, volume 3, 6.4).
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    /** The seed of an allocation. */
    static Seed of(String jobId, String taskGroup, int index) {
        return new Seed(0).with(jobId).with(taskGroup).with(index);
    }

    Seed with(String word) {
        return with(word.hashCode());
    }

    /** A number from 0 up to a bound, exclusive; the bound is 1 or more. */
    public int below(int bound) {
        return Math.floorMod(value >>> Integer.SIZE, bound);
    }

    private Seed with(int number) {
        long mixed = (value ^ number) * GOLDEN_RATIO;
        return new Seed(mixed ^ (mixed >>> 29));
    }
}
