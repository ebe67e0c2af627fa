/**
 * The result of the scheduler: a {@code Plan} with its placements, stops, updates in place and later reschedules, and what
 * it does to each group.
 *
 * <p>Values only. Whoever writes a plan to the database depends on this package and not on how the plan was made.
 */
package dev.gantry.scheduler.plan;
