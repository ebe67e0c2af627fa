package dev.gantry.cluster.gc;

import java.time.Duration;

/**
 * How long objects are kept after they have ended.
 *
 * @param evaluations terminal evaluations except each job's newest, and terminal allocations except the newest of each
 *     job
 * @param deployments ended deployments except each job's newest
 * @param jobs dead jobs with all their objects
 * @param nodes nodes that are down
 * @param requests request ids with their answers
 * @param allocationsKept how many terminal allocations of each job are kept whatever their age; 0 or more
 * @param versionsKept how many versions of each job are kept besides the running ones and the newest stable one; 1 or
 *     more
 */
public record GarbageThresholds(
        Duration evaluations,
        Duration deployments,
        Duration jobs,
        Duration nodes,
        Duration requests,
        int allocationsKept,
        int versionsKept) {

    /**
     * Nomad's defaults: an hour for evaluations, their allocations and deployments, four hours for jobs, a day for
     * nodes, six versions. Request ids are kept for a day, and fifty allocations of each job.
     */
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
     * @throws IllegalArgumentException if a value is out of its range; the message names it
     */
    public GarbageThresholds {
        checkNotNegative("evaluations", evaluations);
        checkNotNegative("deployments", deployments);
        checkNotNegative("jobs", jobs);
        checkNotNegative("nodes", nodes);
        checkNotNegative("requests", requests);
        if (allocationsKept < 0) {
            throw new IllegalArgumentException(
                    "The number of ended allocations to keep must be 0 or more, not " + allocationsKept);
        }
        if (versionsKept < 1) {
            throw new IllegalArgumentException(
                    "At least one version of each job must be kept, not %d".formatted(versionsKept));
        }
    }

    private static void checkNotNegative(String what, Duration threshold) {
        if (threshold.isNegative()) {
            throw new IllegalArgumentException(
                    "The garbage collection threshold of %s is %s: must be 0 or more".formatted(what, threshold));
        }
    }
}
