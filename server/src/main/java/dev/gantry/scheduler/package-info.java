/**
 * Placement as a pure function: what the cluster is and a job go in, a plan comes out.
 *
 * <p>No I/O, no clock, no randomness of its own, no database, no gRPC.
 *
 * <p>The way through, {@link dev.gantry.scheduler.Scheduler#plan}:
 *
 * <ol>
 *   <li>{@code Reconciliation} compares the job with its allocations: what stays, what is surplus, which places are vacant.
 *   <li>{@code GroupPlanner} fills the vacancies of a group. Its {@code NodeSearch} walks the nodes and asks
 *       {@code Suitability} of each: {@code NodeClasses} ({@code Feasibility} and {@code Affinities}, once for each class of
 *       nodes and remembered in {@code NodeMemory}), {@code DistinctRule}s, room ({@code NodeRoom}, {@code NodePorts}),
 *       {@code Score}.
 *   <li>{@code Proposal} is the cluster with what is planned so far; {@link dev.gantry.scheduler.ClusterState} itself stays
 *       as it is.
 *   <li>What fits nowhere is told by {@code FailureReport}, and node by node by {@code Verdicts}.
 * </ol>
 *
 * <p>What a constraint means is said by {@code Operator}, {@code Comparison}, {@code Interpolation}, {@code Version},
 * {@code VersionRange} and {@code Regexp}.
 */
package dev.gantry.scheduler;
