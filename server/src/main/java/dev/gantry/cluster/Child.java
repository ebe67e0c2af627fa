package dev.gantry.cluster;

import dev.gantry.store.Submission;
import dev.gantry.store.WriteTransaction;
import java.time.Instant;
import java.util.Optional;

/**
 * A child that was made.
 *
 * @param jobId its id
 * @param evaluationId the evaluation that will place it
 */
public record Child(String jobId, String evaluationId) {

    /**
     * Finds the child that an earlier request with the same id has made.
     *
     * @throws RequestIdReusedException if the id was used to ask for something else, or for another job than this parent
     */
    static Optional<Child> answered(
            WriteTransaction transaction, Submission.Kind kind, Optional<String> requestId, String parentId) {
        return RepeatedRequests.answered(transaction, kind, requestId, jobId -> jobId.startsWith(parentId + "/"))
                .map(before -> new Child(before.jobId(), before.evaluationId()));
    }

    /** Remembers that a request has made this child, which has only one version. */
    void remember(WriteTransaction transaction, Submission.Kind kind, Optional<String> requestId, Instant now) {
        RepeatedRequests.remember(
                transaction, requestId, new Submission(kind, jobId, 0, evaluationId, transaction.index(), now));
    }
}
