/**
 * Decides which allocations run on which nodes: a pure function from the state of the cluster and a job to a plan.
 *
 * <p>No I/O, no clock, no randomness, no threads, no database, no gRPC: the caller passes the time, and the same
 * arguments give the same plan. A test enforces this.
 *
 * <p>The packages behind {@link dev.gantry.scheduler.Scheduler#plan}; each depends only on those before it:
 * <ol>
 * <li>{@code constraint}: what constraints mean, for one node.
 * <li>{@code state}: the cluster as it is.
 * <li>{@code plan}: the result.
 * <li>{@code reconcile}: which allocations have to be placed and stopped.
 * <li>{@code placement}: which nodes get them, and why other nodes do not.
 * </ol>
 *
 * <p>This package itself holds {@code Scheduler} alone, the entry for callers.
 */
package dev.gantry.scheduler;
