package dev.gantry.scheduler.state;

/**
 * Says how long a plan may take. It does not change what is planned: a plan is made whole or, if this throws, not at all.
 */
@FunctionalInterface
public interface PlanDeadline {

    /** Bears any plan. */
    PlanDeadline NONE = () -> {};

    /**
     * Asks whether the plan is still worth its time. Called by whoever plans, at the latest after each test of a node.
     *
     * @throws RuntimeException of the caller's choice, which ends the plan and comes out of it, if it has taken too long
     */
    void check();
}
