package dev.gantry.cluster;

import java.time.Duration;

/**
 * How long what has ended is kept.
 *
 * @param evaluations ended evaluations and deployments, but for each job's newest
 * @param jobs dead jobs with all that belongs to them
 * @param allocations ended allocations, but for the newest of each job
 * @param requests what repeated submissions are answered from
 * @param allocationsKept so many ended allocations of each job are kept, however old
 * @param versionsKept so many versions of each job are kept, besides those that run and the newest stable one; 1 or more
 */
public record GarbageThresholds(
        Duration evaluations,
        Duration jobs,
        Duration allocations,
        Duration requests,
        int allocationsKept,
        int versionsKept) {

    /** Nomad's: an hour for evaluations and what they made, four for jobs, six versions; a day for requests. */
    public static final GarbageThresholds DEFAULT = new GarbageThresholds(
            Duration.ofHours(1), Duration.ofHours(4), Duration.ofHours(1), Duration.ofDays(1), 50, 6);
}
