package dev.gantry.client;

import dev.gantry.v1.Spread;
import dev.gantry.v1.SpreadTarget;

/** Describes what to spread allocations over; see {@link Jobs#spread}. */
public final class SpreadBuilder {

    private final Spread.Builder spread;

    SpreadBuilder(String attribute) {
        this.spread = Spread.newBuilder().setAttribute(attribute);
    }

    /**
     * How much this spread counts beside others. Default: 50.
     *
     * @param weight 1 to 100
     * @return this
     */
    public SpreadBuilder weight(int weight) {
        spread.setWeight(weight);
        return this;
    }

    /**
     * Adds the share that a value shall have. Default: all values alike.
     *
     * @param value the attribute's value
     * @param percent 0 to 100; all together at most 100
     * @return this
     */
    public SpreadBuilder target(String value, int percent) {
        spread.addTargets(SpreadTarget.newBuilder().setValue(value).setPercent(percent));
        return this;
    }

    /** The spread. */
    Spread build() {
        return spread.build();
    }
}
