package dev.gantry.scheduler.state;

/**
 * Limits the time of a plan. The deadline does not change a plan: the plan is either complete or, if {@link #check}
 * throws, not made.
 */
@FunctionalInterface
public interface PlanDeadline {

    /** No limit. */
    PlanDeadline NONE = () -> {};

    /**
     * Checks the time that the plan has taken. The planner calls this often, at the latest after each test of a node.
     *
     * @throws RuntimeException of the implementation's choice if the plan takes too long; the planner lets it through
     */
    void check();
}
