package dev.gantry.client;

import dev.gantry.v1.Affinity;
import dev.gantry.v1.Constraint;

/** Makes constraints and affinities for the builders. */
final class NodeConditions {

    private NodeConditions() {}

    static Constraint constraint(String attribute, String operator, String value) {
        return Constraint.newBuilder()
                .setAttribute(attribute)
                .setOperator(operator)
                .setValue(value)
                .build();
    }

    static Affinity affinity(String attribute, String operator, String value, int weight) {
        return Affinity.newBuilder()
                .setAttribute(attribute)
                .setOperator(operator)
                .setValue(value)
                .setWeight(weight)
                .build();
    }
}
