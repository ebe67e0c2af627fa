package dev.gantry.cluster;

import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import java.util.Optional;

/**
 * Which version a submission makes: the first is 0, and each one that changes the job makes the next.
 *
 * <p>A job that is submitted as it is stored keeps its version, and with it all that runs. Two unchanged jobs get a new
 * version nevertheless, since whoever submits them wants to see them run: one that was stopped, and one of whose version
 * an allocation has failed for good. One that has failed and is placed anew by the group's reschedule policy needs no
 * new version, which would restart all that runs well.
 */
final class VersionRule {

    private VersionRule() {}

    /**
     * The version of a submission.
     *
     * @param stored the job as it is stored, if it is
     * @param job the job as it is submitted, its defaults filled in
     * @param hasFailed whether an allocation of the stored version has failed for good
     */
    static long version(Optional<JobRecord> stored, Job job, boolean hasFailed) {
        return stored.map(found -> found.getVersion() + (keeps(found, job, hasFailed) ? 0 : 1))
                .orElse(0L);
    }

    private static boolean keeps(JobRecord stored, Job job, boolean hasFailed) {
        return stored.getJob().equals(job) && !stored.getStopped() && !hasFailed;
    }
}
