/**
 * Finds a node for each placement request and assembles the plan.
 *
 * <p>{@code PlanMaker} lets one {@code GroupPlanner} for each group fill the requests of the group. A {@code
 * NodeSearch} walks the nodes and asks {@code Suitability} whether a node is feasible, whether it has the resources,
 * and how well it scores ({@code ResourceScore}, {@code SpreadRule}, {@code DistinctRule}, {@code Score}). {@code
 * PlanDraft} is the cluster with the plan so far applied; the {@code ClusterState} itself does not change. {@code
 * Preemption} chooses allocations of less important jobs to stop. {@code PlacementFailures} and {@code NodeVerdicts}
 * explain why something was not placed.
 *
 * <p>Which allocations a job needs is not decided here; the package {@code reconcile} decides it.
 */
package dev.gantry.scheduler.placement;
