/**
 * Computes what a cluster would do after changes of its nodes and jobs.
 *
 * <p>{@code Simulation} carries out the plans of the scheduler on a copy of the cluster state, round by round, until
 * nothing changes any more. {@code Effects} compares the allocations before and after. Nothing here decides where an
 * allocation runs: each decision is a plan of {@code Scheduler}.
 */
package dev.gantry.scheduler.whatif;
