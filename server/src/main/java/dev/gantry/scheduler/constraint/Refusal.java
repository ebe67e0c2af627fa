package dev.gantry.scheduler.constraint;

/**
 * Why a node may not run a group.
 *
 * @param kind what refuses it
 * @param reason in words that are the same for all nodes refused for the same reason
 */
public record Refusal(Kind kind, String reason) {

    /** What refuses a node. */
    public enum Kind {
        /** The node itself. */
        NODE,
        /** A constraint of the job. */
        CONSTRAINT,
        /** A constraint on how allocations of the job lie to each other. */
        DISTINCT
    }

    static Refusal node(String reason) {
        return new Refusal(Kind.NODE, reason);
    }

    static Refusal constraint(String text) {
        return new Refusal(Kind.CONSTRAINT, "Constraint \"%s\"".formatted(text));
    }

    public static Refusal distinct(String text) {
        return new Refusal(Kind.DISTINCT, "Constraint \"%s\"".formatted(text));
    }
}
