package dev.gantry.client;

import dev.gantry.v1.Spread;
import dev.gantry.v1.SpreadTarget;

/** Builds a spread; see {@link Jobs#spread}. */
public final class SpreadBuilder {

    private final Spread.Builder spread;

    SpreadBuilder(String attribute) {
        this.spread = Spread.newBuilder().setAttribute(attribute);
    }

    /**
     * Sets the weight of the spread relative to others. Default: 50.
     *
     * @param weight 1 to 100
     * @return this
     */
    public SpreadBuilder weight(int weight) {
        spread.setWeight(weight);
        return this;
    }

    /**
     * Sets the desired share of a value. Default: equal shares of all values.
     *
     * @param value the attribute's value
     * @param percent 0 to 100; all together at most 100
     * @return this
     */
    public SpreadBuilder target(String value, int percent) {
        spread.addTargets(SpreadTarget.newBuilder().setValue(value).setPercent(percent));
        return this;
    }

    /** Builds the spread. */
    Spread build() {
        return spread.build();
    }
}
