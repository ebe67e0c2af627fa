package dev.gantry.store;

/**
 * Counts of objects for the cluster's status.
 *
 * @param nodesReady nodes that are ready
 * @param nodesDown nodes that are down
 * @param nodesRefusing nodes that are connected and do not accept this server
 * @param jobs stored jobs
 * @param allocationsLive live allocations
 * @param evaluationsBlocked blocked evaluations
 */
public record ClusterCounts(
        int nodesReady, int nodesDown, int nodesRefusing, long jobs, long allocationsLive, long evaluationsBlocked) {}
