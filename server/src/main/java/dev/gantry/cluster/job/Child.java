package dev.gantry.cluster.job;

import dev.gantry.cluster.RepeatedRequests;
import dev.gantry.cluster.RequestIdReusedException;
import dev.gantry.cluster.evaluation.Evaluations;
import dev.gantry.model.ParentJobs;
import dev.gantry.model.ProtoTimes;
import dev.gantry.store.Submission;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import java.time.Instant;
import java.util.Optional;

/**
 * A child job that was created from a periodic or parameterized job.
 *
 * @param jobId the child's id
 * @param evaluationId the evaluation that will place it
 */
public record Child(String jobId, String evaluationId) {

    /**
     * Returns the child that an earlier request with the same id created; empty if there was none.
     *
     * @throws RequestIdReusedException if the id was used for a request of another kind or for another parent
     */
    static Optional<Child> answered(
            WriteTransaction transaction, Submission.Kind kind, Optional<String> requestId, String parentId) {
        return RepeatedRequests.answered(
                        transaction,
                        kind,
                        requestId,
                        jobId -> ParentJobs.rootId(jobId).equals(parentId))
                .map(before -> new Child(before.jobId(), before.evaluationId()));
    }

    /** Stores this child as the answer to the request id. A child has version 0 only. */
    void remember(WriteTransaction transaction, Submission.Kind kind, Optional<String> requestId, Instant now) {
        RepeatedRequests.remember(
                transaction, requestId, new Submission(kind, jobId, 0, evaluationId, transaction.index(), now));
    }

    /** Stores a new child and queues an evaluation for it. */
    static Child put(
            WriteTransaction transaction,
            Evaluations evaluations,
            Job parent,
            Job.Builder child,
            EvaluationTrigger trigger,
            Instant now) {
        Job job = child.setName(child.getId())
                .setParentId(parent.getId())
                .clearPeriodic()
                .clearParameterized()
                .build();
        JobRecord record = JobWriter.putVersion(transaction, job, 0, Optional.empty(), now);
        Evaluation evaluation = evaluations.queue(transaction, record, trigger, ProtoTimes.toTimestampMillis(now));
        return new Child(job.getId(), evaluation.getId());
    }
}
