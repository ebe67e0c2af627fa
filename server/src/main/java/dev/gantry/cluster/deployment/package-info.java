/**
 * Deployments: their progress, their deadlines, their promotion and their failure.
 *
 * <p>{@code DeploymentTransitions} counts healthy allocations and ends deployments; {@code DeploymentWatcher} acts when
 * a deadline passes or an operator calls. Which allocations a deployment replaces next is decided by the scheduler.
 */
package dev.gantry.cluster.deployment;
