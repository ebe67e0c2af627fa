package dev.gantry.cluster.job;

import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import java.util.Optional;

/**
 * Decides the version of a submission: the first is 0, and each submission that changes the job makes the next.
 *
 * <p>A job that is submitted unchanged keeps its version, and its allocations keep running. In two cases an unchanged
 * job gets a new version, since its submitter wants to see it run: the job was stopped, or an allocation of its version
 * has failed permanently. A failed allocation that the reschedule policy replaces is no such case: a new version would
 * restart the healthy ones.
 */
public final class VersionRule {

    private VersionRule() {}

    /**
     * Returns the version of a submission.
     *
     * @param stored the stored job; empty if it is not stored
     * @param job the job as it is submitted, with its defaults filled in
     * @param hasFailed true if an allocation of the stored version has failed permanently
     */
    public static long version(Optional<JobRecord> stored, Job job, boolean hasFailed) {
        return stored.map(found -> found.getVersion() + (keeps(found, job, hasFailed) ? 0 : 1))
                .orElse(0L);
    }

    private static boolean keeps(JobRecord stored, Job job, boolean hasFailed) {
        return stored.getJob().equals(job) && !stored.getStopped() && !hasFailed;
    }
}
