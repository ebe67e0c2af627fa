package dev.gantry.cluster;

import com.google.protobuf.Timestamp;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.JobRecord;

/**
 * Queues evaluations. A job has one that is not at its end at most: a newer one sees all that an older one would, so it
 * takes its place.
 */
public final class Evaluations {

    private final Identifiers identifiers;

    /**
     * Makes evaluations.
     *
     * @param identifiers names them
     */
    public Evaluations(Identifiers identifiers) {
        this.identifiers = identifiers;
    }

    Evaluation queue(WriteTransaction transaction, JobRecord job, EvaluationTrigger trigger, Timestamp now) {
        String jobId = job.getJob().getId();
        boolean isNew = job.getCreateIndex() == transaction.index();
        if (!isNew) {
            cancelOpen(transaction, jobId);
        }
        return transaction.putEvaluation(Evaluation.newBuilder()
                .setId(identifiers.next())
                .setJobId(jobId)
                .setJobVersion(job.getVersion())
                .setTrigger(trigger)
                .setStatus(EvaluationStatus.EVALUATION_STATUS_PENDING)
                .setCreateTime(now)
                .build());
    }

    private static void cancelOpen(WriteTransaction transaction, String jobId) {
        transaction
                .reader()
                .evaluationsOf(
                        jobId, EvaluationStatus.EVALUATION_STATUS_PENDING, EvaluationStatus.EVALUATION_STATUS_BLOCKED)
                .forEach(older -> transaction.putEvaluation(older.toBuilder()
                        .setStatus(EvaluationStatus.EVALUATION_STATUS_CANCELED)
                        .clearFailures()
                        .build()));
    }
}
