package dev.gantry.api;

import dev.gantry.model.ParentJobs;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobStatus;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Adds to jobs their status, which is computed from their evaluations and allocations, not stored. */
final class JobStatuses {

    private final StoreReader reader;

    JobStatuses(StoreReader reader) {
        this.reader = reader;
    }

    JobRecord withStatus(JobRecord job) {
        return withStatus(List.of(job)).get(0);
    }

    List<JobRecord> withStatus(List<JobRecord> jobs) {
        List<String> ids = jobs.stream().map(job -> job.getJob().getId()).toList();
        // The order matters: a job that is placed between the two reads is then seen as running, not as dead.
        Set<String> inEvaluation = reader.activity().inEvaluation(ids);
        Set<String> live = reader.activity().countLive(ids).keySet();
        Set<String> waiting = new HashSet<>(inEvaluation);
        waiting.addAll(reader.activity()
                .toPlaceAnew(ids.stream()
                        .filter(id -> !inEvaluation.contains(id) && !live.contains(id))
                        .toList()));
        return jobs.stream()
                .map(job -> job.toBuilder()
                        .setStatus(status(
                                job,
                                live.contains(job.getJob().getId()),
                                waiting.contains(job.getJob().getId())))
                        .build())
                .toList();
    }

    private static JobStatus status(JobRecord job, boolean isLive, boolean isWaiting) {
        if (isLive || (ParentJobs.isParent(job.getJob()) && !job.getStopped())) {
            return JobStatus.JOB_STATUS_RUNNING;
        }
        return isWaiting && !job.getStopped() ? JobStatus.JOB_STATUS_PENDING : JobStatus.JOB_STATUS_DEAD;
    }
}
