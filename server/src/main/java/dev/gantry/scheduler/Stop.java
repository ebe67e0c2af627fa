package dev.gantry.scheduler;

import dev.gantry.v1.Allocation;

/**
 * An allocation to stop.
 *
 * @param allocation the allocation as it is now
 * @param reason why, for people
 */
public record Stop(Allocation allocation, String reason) {}
