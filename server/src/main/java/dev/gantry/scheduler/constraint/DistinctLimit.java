package dev.gantry.scheduler.constraint;

import java.util.OptionalInt;

/** Reads how many allocations may share what a {@code distinct_hosts} or {@code distinct_property} keeps distinct. */
public final class DistinctLimit {

    private DistinctLimit() {}

    /**
     * Reads the value of a constraint.
     *
     * @param operator one of the two
     * @param value the value: empty, a switch for {@code distinct_hosts}, a count for {@code distinct_property}
     * @return how many may share it, 1 or more; empty if the constraint is switched off
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
