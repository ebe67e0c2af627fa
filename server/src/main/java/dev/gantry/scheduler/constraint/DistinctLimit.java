package dev.gantry.scheduler.constraint;

import java.util.OptionalInt;

/**
 * Parses the value of a {@code distinct_hosts} or {@code distinct_property} constraint: how many allocations may share
 * a host or a value of the property.
 */
public final class DistinctLimit {

    private DistinctLimit() {}

    /**
     * Parses the value of a constraint.
     *
     * @param operator {@code DISTINCT_HOSTS} or {@code DISTINCT_PROPERTY}
     * @param value for {@code distinct_hosts}: {@code true}, {@code false}, or empty for true; for
     *     {@code distinct_property}: a count of 1 or more, or empty for 1
     * @return how many allocations may share a host or a value, 1 or more; empty if the constraint is switched off
     * @throws IllegalArgumentException if the value is malformed
     */
    public static OptionalInt of(Operator operator, String value) {
        return operator == Operator.DISTINCT_HOSTS ? hosts(value) : OptionalInt.of(property(value));
    }

    private static OptionalInt hosts(String value) {
        return switch (value) {
            case "", "true" -> OptionalInt.of(1);
            case "false" -> OptionalInt.empty();
            default ->
                throw new IllegalArgumentException(
                        "\"%s\" is neither true nor false; leave it out to have distinct hosts".formatted(value));
        };
    }

    private static int property(String value) {
        if (value.isEmpty()) {
            return 1;
        }
        if (!value.matches("[1-9][0-9]{0,8}")) {
            throw new IllegalArgumentException(
                    "\"%s\" is no count of 1 or more; leave it out to have each value once".formatted(value));
        }
        return Integer.parseInt(value);
    }
}
