package dev.gantry.model;

import dev.gantry.v1.Affinity;
import dev.gantry.v1.Spread;

/** Fills in what affinities and spreads leave out, as Nomad does. */
final class PreferenceDefaults {

    private static final int WEIGHT = 50;

    private PreferenceDefaults() {}

    static void fill(Affinity.Builder affinity) {
        if (affinity.getOperator().isEmpty()) {
            affinity.setOperator("=");
        }
        if (affinity.getWeight() == 0) {
            affinity.setWeight(WEIGHT);
        }
    }

    static void fill(Spread.Builder spread) {
        if (spread.getWeight() == 0) {
            spread.setWeight(WEIGHT);
        }
    }
}
