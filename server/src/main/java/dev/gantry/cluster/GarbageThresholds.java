package dev.gantry.cluster;

import java.time.Duration;

/**
 * How long what has ended is kept, by what the cluster index was so long ago.
 *
 * @param evaluations ended evaluations, but for each job's newest, and ended allocations, but for the newest of each job
 * @param deployments ended deployments, but for each job's newest
 * @param jobs dead jobs with all that belongs to them
 * @param nodes nodes that are down
 * @param requests what repeated submissions are answered from
 * @param allocationsKept so many ended allocations of each job are kept, however old; 0 or more
 * @param versionsKept so many versions of each job are kept, besides those that run and the newest stable one; 1 or more
 */
public record GarbageThresholds(
        Duration evaluations,
        Duration deployments,
        Duration jobs,
        Duration nodes,
        Duration requests,
        int allocationsKept,
        int versionsKept) {

    /** Nomad's: an hour for evaluations, their allocations and deployments, four for jobs, a day for nodes, six versions; a day for requests. */
    public static final GarbageThresholds DEFAULT = new GarbageThresholds(
            Duration.ofHours(1),
            Duration.ofHours(1),
            Duration.ofHours(4),
            Duration.ofDays(1),
            Duration.ofDays(1),
            50,
            6);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming what is out of its range
     */
    public GarbageThresholds {
        checkNotNegative("evaluations", evaluations);
        checkNotNegative("deployments", deployments);
        checkNotNegative("jobs", jobs);
        checkNotNegative("nodes", nodes);
        checkNotNegative("requests", requests);
        if (allocationsKept < 0) {
            throw new IllegalArgumentException("So many allocations can't be kept: " + allocationsKept);
        }
        if (versionsKept < 1) {
            throw new IllegalArgumentException(
                    "At least one version of each job must be kept, not %d".formatted(versionsKept));
        }
    }

    private static void checkNotNegative(String what, Duration threshold) {
        if (threshold.isNegative()) {
            throw new IllegalArgumentException(
                    "What has ended can't be forgotten before it has: the threshold of %s is %s"
                            .formatted(what, threshold));
        }
    }
}
