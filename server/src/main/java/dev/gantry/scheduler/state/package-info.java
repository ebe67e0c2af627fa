/**
 * Holds the scheduler's view of the cluster: the input of a plan.
 *
 * <p>{@code ClusterState} holds nodes, allocations, job versions and deployments. {@code NodeUsage} records the used
 * resources of a node, {@code NodePorts} its used ports. {@code NodeClasses} and {@code FeasibilityCache} keep the
 * result of each test of a node until the node changes, as Nomad's computed node classes do. {@code Demand} is a group
 * of the job version that is planned, with the resources and nodes that it needs.
 *
 * <p>This package decides nothing: no placement, no stop. One thread owns a {@code ClusterState}; nothing here locks.
 */
package dev.gantry.scheduler.state;
