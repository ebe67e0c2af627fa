package dev.gantry.cluster;

import com.google.protobuf.Timestamp;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.JobRecord;
import java.util.List;

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
        List<Evaluation> older = isNew ? List.of() : cancelOpen(transaction, jobId);
        Evaluation.Builder newest = Evaluation.newBuilder();
        // What had to go for the job went for whatever is placed in the end.
        older.forEach(one -> newest.addAllPreemptedAllocationIds(one.getPreemptedAllocationIdsList()));
        return transaction.putEvaluation(newest.setId(identifiers.next())
                .setJobId(jobId)
                .setJobVersion(job.getVersion())
                .setTrigger(trigger)
                .setStatus(EvaluationStatus.EVALUATION_STATUS_PENDING)
                .setCreateTime(now)
                .build());
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
