/**
 * The result of the scheduler: a {@code Plan} with its placements, stops, in-place updates and delayed reschedules, and
 * with its effect on each group.
 *
 * <p>Values only. Code that writes a plan to the database depends on this package and not on how the plan was made.
 */
package dev.gantry.scheduler.plan;
