package dev.gantry.scheduler.plan;

import dev.gantry.v1.Allocation;
import java.time.Instant;

/**
 * A failed allocation that will be rescheduled later. The writer of the plan sets its {@code next_reschedule_time}.
 *
 * @param allocation the failed allocation as it is now
 * @param at when to reschedule it
 */
public record DelayedReschedule(Allocation allocation, Instant at) {}
