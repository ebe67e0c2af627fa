package dev.gantry.client;

import dev.gantry.v1.Affinity;

/** Makes affinities for the builders. */
final class Preferences {

    private Preferences() {}

    static Affinity affinity(String attribute, String operator, String value, int weight) {
        return Affinity.newBuilder()
                .setAttribute(attribute)
                .setOperator(operator)
                .setValue(value)
                .setWeight(weight)
                .build();
    }
}
