package dev.gantry.store;

/**
 * How much there is of what.
 *
 * @param nodesReady nodes that are ready
 * @param nodesDown nodes that are down
 * @param jobs known jobs
 * @param allocationsLive allocations that have not ended
 * @param evaluationsBlocked evaluations that wait for room
 */
public record ClusterCounts(int nodesReady, int nodesDown, long jobs, long allocationsLive, long evaluationsBlocked) {}
