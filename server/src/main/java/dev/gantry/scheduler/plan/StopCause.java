package dev.gantry.scheduler.plan;

/** What makes the scheduler stop an allocation. */
public enum StopCause {
    /** The job was stopped. */
    JOB_STOPPED,
    /** The job has no such group any more. */
    GROUP_GONE,
    /** Its index is not below the group's count any more. */
    COUNT_LOWERED,
    /** One of a newer version takes its place. */
    REPLACED,
    /** Another allocation fills its place already. */
    DOUBLED,
    /** Its node is draining; another one takes its place if it fits anywhere. */
    MIGRATED,
    /** A canary of a version that was not found good, or that is not tried out any more. */
    CANARY_DROPPED,
    /** An allocation of a job with a higher priority takes its room. */
    PREEMPTED
}
