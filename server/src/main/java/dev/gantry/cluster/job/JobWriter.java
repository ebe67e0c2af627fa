package dev.gantry.cluster.job;

import dev.gantry.cluster.RefusedException;
import dev.gantry.model.ProtoTimes;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import java.time.Instant;
import java.util.Optional;

/** Stores versions of jobs within a transaction of the caller. */
public final class JobWriter {

    private JobWriter() {}

    /**
     * Stores a version, and cancels running deployments of older versions.
     *
     * @throws RefusedException if the version is of another kind than the stored job
     */
    public static JobRecord putVersion(
            WriteTransaction transaction, Job job, long version, Optional<JobRecord> stored, Instant now) {
        JobKindRule.check(stored.map(JobRecord::getJob), job);
        if (stored.isPresent()) {
            cancelDeployments(transaction, job.getId(), "version %d of the job takes its place".formatted(version));
        }
        JobRecord record = transaction.putJobVersion(JobRecord.newBuilder()
                .setJob(job)
                .setVersion(version)
                .setCreateIndex(stored.map(JobRecord::getCreateIndex).orElse(0L))
                .setSubmitTime(ProtoTimes.toTimestampMillis(now))
                .build());
        if (job.hasPeriodic()) {
            transaction.putPeriodicLaunch(job.getId(), now);
        }
        return record;
    }

    /** Cancels the running deployments of a job. */
    static void cancelDeployments(WriteTransaction transaction, String jobId, String why) {
        transaction
                .reader()
                .deployments()
                .runningOf(jobId)
                .forEach(running -> transaction.putDeployment(running.toBuilder()
                        .setStatus(DeploymentStatus.DEPLOYMENT_STATUS_CANCELED)
                        .setDescription(why)
                        .build()));
    }
}
