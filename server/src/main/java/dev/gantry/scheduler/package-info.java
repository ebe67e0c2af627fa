/**
 * Decides what runs where: a pure function from the state of the cluster and a job to a plan.
 *
 * <p>No I/O, no clock, no randomness, no threads, no database, no gRPC: the caller brings the time, and the same arguments
 * give the same plan. A test holds this.
 *
 * <p>The way through {@link dev.gantry.scheduler.Scheduler#plan}, each package depending only on those before it:
 *
 * <ol>
 *   <li>{@code constraint}: what constraints mean, for one node.
 *   <li>{@code state}: the cluster as it is.
 *   <li>{@code plan}: the result.
 *   <li>{@code reconcile}: what has to be placed and stopped.
 *   <li>{@code placement}: on which nodes, and why not on others.
 * </ol>
 *
 * <p>This package itself holds {@code Scheduler} alone, the entry for callers.
 */
package dev.gantry.scheduler;
