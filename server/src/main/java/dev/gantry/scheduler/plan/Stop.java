package dev.gantry.scheduler.plan;

import dev.gantry.v1.Allocation;

/**
 * An allocation to stop.
 *
 * @param allocation the allocation as it is now; of another job only if the cause is {@link StopCause#PREEMPTED}
 * @param cause why
 * @param reason why, for people
 */
public record Stop(Allocation allocation, StopCause cause, String reason) {}
