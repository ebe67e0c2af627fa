package dev.gantry.client;

import dev.gantry.v1.Constraint;

/** Makes constraints for the builders. */
final class Constraints {

    private Constraints() {}

    static Constraint of(String attribute, String operator, String value) {
        return Constraint.newBuilder()
                .setAttribute(attribute)
                .setOperator(operator)
                .setValue(value)
                .build();
    }
}
