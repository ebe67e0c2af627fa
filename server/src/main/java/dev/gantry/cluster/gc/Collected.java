package dev.gantry.cluster.gc;

/**
 * The objects that a garbage collection has deleted.
 *
 * @param evaluations ended evaluations
 * @param deployments ended deployments
 * @param allocations terminal allocations, without those of deleted jobs
 * @param jobVersions old versions of jobs
 * @param jobs dead jobs, with all their objects
 * @param nodes nodes that were down
 */
public record Collected(int evaluations, int deployments, int allocations, int jobVersions, int jobs, int nodes) {}
