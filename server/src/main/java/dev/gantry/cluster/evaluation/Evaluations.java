package dev.gantry.cluster.evaluation;

import com.google.protobuf.Timestamp;
import dev.gantry.cluster.Identifiers;
import dev.gantry.model.ProtoTimes;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.JobRecord;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * Creates evaluations. A job has at most one that is not terminal: a newer evaluation covers everything that an older
 * one would, so it cancels the older one.
 */
public final class Evaluations {

    private final Identifiers identifiers;

    /**
     * Creates the factory.
     *
     * @param identifiers creates ids
     */
    public Evaluations(Identifiers identifiers) {
        this.identifiers = identifiers;
    }

    /**
     * Stores a pending evaluation of a job and cancels the job's older ones.
     *
     * @param job the stored job
     * @param trigger the reason
     * @param now the time
     */
    public Evaluation queue(WriteTransaction transaction, JobRecord job, EvaluationTrigger trigger, Timestamp now) {
        String jobId = job.getJob().getId();
        boolean isNew = job.getCreateIndex() == transaction.index();
        List<Evaluation> older = isNew ? List.of() : cancelOpen(transaction, jobId);
        Evaluation.Builder newest = Evaluation.newBuilder();
        // Allocations preempted for the older evaluations were preempted for whatever this one places.
        older.forEach(one -> newest.addAllPreemptedAllocationIds(one.getPreemptedAllocationIdsList()));
        return transaction.putEvaluation(newest.setId(identifiers.next())
                .setJobId(jobId)
                .setJobVersion(job.getVersion())
                .setTrigger(trigger)
                .setStatus(EvaluationStatus.EVALUATION_STATUS_PENDING)
                .setCreateTime(now)
                .build());
    }

    /**
     * Queues an evaluation of each of some jobs.
     *
     * @param jobIds the jobs; a job may be named many times, and jobs that are not stored are skipped
     * @param trigger the reason
     * @param now the time
     */
    public void queueAll(WriteTransaction transaction, Stream<String> jobIds, EvaluationTrigger trigger, Instant now) {
        Timestamp time = ProtoTimes.toTimestampMillis(now);
        jobIds.distinct()
                .flatMap(jobId -> transaction.job(jobId).stream())
                .forEach(job -> queue(transaction, job, trigger, time));
    }

    private static List<Evaluation> cancelOpen(WriteTransaction transaction, String jobId) {
        List<Evaluation> open = transaction
                .reader()
                .evaluations()
                .of(jobId, EvaluationStatus.EVALUATION_STATUS_PENDING, EvaluationStatus.EVALUATION_STATUS_BLOCKED);
        open.forEach(one -> transaction.putEvaluation(one.toBuilder()
                .setStatus(EvaluationStatus.EVALUATION_STATUS_CANCELED)
                .clearFailures()
                .clearPreemptedAllocationIds()
                .build()));
        return open;
    }
}
