package dev.gantry.api;

import dev.gantry.model.JobFamily;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobStatus;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Adds to stored jobs what is not stored but summed up: where they stand. */
final class JobRecords {

    private final StoreReader reader;

    JobRecords(StoreReader reader) {
        this.reader = reader;
    }

    JobRecord withStatus(JobRecord job) {
        return withStatus(List.of(job)).get(0);
    }

    List<JobRecord> withStatus(List<JobRecord> jobs) {
        List<String> ids = jobs.stream().map(job -> job.getJob().getId()).toList();
        // In this order: a job that is placed between the two questions runs, it is not dead.
        Set<String> inEvaluation = reader.jobsInEvaluation(ids);
        Map<String, Integer> live = reader.countLive(ids);
        return jobs.stream()
                .map(job -> job.toBuilder()
                        .setStatus(status(
                                job,
                                live.containsKey(job.getJob().getId()),
                                inEvaluation.contains(job.getJob().getId())))
                        .build())
                .toList();
    }

    private static JobStatus status(JobRecord job, boolean isLive, boolean isInEvaluation) {
        if (isLive || (JobFamily.isParent(job.getJob()) && !job.getStopped())) {
            return JobStatus.JOB_STATUS_RUNNING;
        }
        return isInEvaluation && !job.getStopped() ? JobStatus.JOB_STATUS_PENDING : JobStatus.JOB_STATUS_DEAD;
    }
}
