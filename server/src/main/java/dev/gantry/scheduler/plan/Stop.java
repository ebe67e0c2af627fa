package dev.gantry.scheduler.plan;

import dev.gantry.v1.Allocation;

/**
 * An allocation to stop.
 *
 * @param allocation the allocation as it is now; it belongs to another job only if the cause is
 *     {@link StopCause#PREEMPTED}
 * @param cause the cause, for programs
 * @param reason the cause in words
 */
public record Stop(Allocation allocation, StopCause cause, String reason) {}
