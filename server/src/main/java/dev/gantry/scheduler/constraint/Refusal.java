package dev.gantry.scheduler.constraint;

/**
 * The reason why a group must not be placed on a node.
 *
 * @param kind the kind of the reason
 * @param reason the reason in words; nodes refused for the same reason have the same words, so that they can be counted
 */
public record Refusal(Kind kind, String reason) {

    /** The kinds of reasons. */
    public enum Kind {
        /** The node's status, drain, eligibility, datacenter or drivers. */
        NODE,
        /** A constraint of the job that tests the node alone. */
        CONSTRAINT,
        /** A {@code distinct_hosts} or {@code distinct_property} constraint. */
        DISTINCT
    }

    /**
     * Returns a refusal by a property of the node itself.
     *
     * @param reason the reason
     */
    public static Refusal node(String reason) {
        return new Refusal(Kind.NODE, reason);
    }

    /** Returns a refusal by a constraint that tests the node alone. */
    static Refusal constraint(String text) {
        return new Refusal(Kind.CONSTRAINT, "Constraint \"%s\"".formatted(text));
    }

    /**
     * Returns a refusal by a {@code distinct_hosts} or {@code distinct_property} constraint.
     *
     * @param text the constraint as {@link NodeConstraint#text} writes it
     */
    public static Refusal distinct(String text) {
        return new Refusal(Kind.DISTINCT, "Constraint \"%s\"".formatted(text));
    }
}
