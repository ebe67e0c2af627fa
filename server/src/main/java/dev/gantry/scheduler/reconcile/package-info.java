/**
 * Compares a job with its allocations, as Nomad's reconciler does: which allocations stay, which are stopped or updated
 * in place, and which have to be placed.
 *
 * <p>{@code Reconciliation} returns a {@code GroupChange} for each group: {@code GroupReconciliation} makes those of
 * service and batch jobs in steps, of which {@code IndexComparison} is the first; {@code SystemReconciliation} makes
 * those of system jobs. The rules decide when something may happen: {@code RescheduleRule} (after a failure), {@code
 * MigrationRule} (from a draining node), {@code InPlaceRule} (without a restart), {@code DeploymentRule} (by a
 * deployment).
 *
 * <p>This package chooses no nodes: a {@code PlacementRequest} names the allocation to place, and the package {@code
 * placement} finds its node.
 */
package dev.gantry.scheduler.reconcile;
