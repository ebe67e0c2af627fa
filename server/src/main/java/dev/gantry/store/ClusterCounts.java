package dev.gantry.store;

/**
 * How much there is of what.
 *
 * @param nodesReady nodes that are ready
 * @param nodesDown nodes that are down
 * @param nodesRefusing nodes that are there and don't obey this server
 * @param jobs known jobs
 * @param allocationsLive allocations that have not ended
 * @param evaluationsBlocked evaluations that wait for room
 */
public record ClusterCounts(
        int nodesReady, int nodesDown, int nodesRefusing, long jobs, long allocationsLive, long evaluationsBlocked) {}
