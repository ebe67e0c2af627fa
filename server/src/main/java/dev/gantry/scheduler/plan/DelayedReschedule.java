package dev.gantry.scheduler.plan;

import dev.gantry.v1.Allocation;
import java.time.Instant;

/**
 * A failed allocation that is placed anew later: its {@code reschedule_at} is to be set.
 *
 * @param allocation the allocation as it is now
 * @param at when to place it anew
 */
public record DelayedReschedule(Allocation allocation, Instant at) {}
