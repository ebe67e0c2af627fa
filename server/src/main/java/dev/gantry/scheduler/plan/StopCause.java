package dev.gantry.scheduler.plan;

/** The causes for which the scheduler stops an allocation. */
public enum StopCause {
    /** The job was stopped. */
    JOB_STOPPED,
    /** The job no longer has the group. */
    GROUP_GONE,
    /** The allocation's index is not below the group's count any more. */
    COUNT_LOWERED,
    /** An allocation of a newer version replaces it. */
    REPLACED,
    /** Another allocation has the same index, or is on the same node for a system job. */
    DOUBLED,
    /**
     * Its node is draining. A service allocation stays until its replacement has a node or the drain's deadline has
     * passed.
     */
    MIGRATED,
    /** A canary whose deployment has failed or was canceled. */
    CANARY_DROPPED,
    /** An allocation of a job with a higher priority needs its resources. */
    PREEMPTED
}
