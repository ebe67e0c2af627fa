package dev.gantry.cluster.job;

import dev.gantry.cluster.RepeatedRequests;
import dev.gantry.cluster.RequestIdReusedException;
import dev.gantry.store.Submission;
import dev.gantry.store.WriteTransaction;
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
        return RepeatedRequests.answered(transaction, kind, requestId, jobId -> jobId.startsWith(parentId + "/"))
                .map(before -> new Child(before.jobId(), before.evaluationId()));
    }

    /** Stores this child as the answer to the request id. A child has version 0 only. */
    void remember(WriteTransaction transaction, Submission.Kind kind, Optional<String> requestId, Instant now) {
        RepeatedRequests.remember(
                transaction, requestId, new Submission(kind, jobId, 0, evaluationId, transaction.index(), now));
    }
}
