package dev.gantry.cluster;

import dev.gantry.store.Submission;
import dev.gantry.store.WriteTransaction;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Makes writes safe to repeat: a second request with the same request id gets the answer of the first and changes
 * nothing.
 */
public final class RepeatedRequests {

    private RepeatedRequests() {}

    /**
     * Returns the answer to an earlier request with the same id.
     *
     * @param kind the kind of this request
     * @param requestId the request's id; empty: the request is always new
     * @param isMeant returns true for jobs that this request can be about
     * @return the answer; empty if there was no such request
     * @throws RequestIdReusedException if the id was used for a request of another kind or about another job
     */
    public static Optional<Submission> answered(
            WriteTransaction transaction, Submission.Kind kind, Optional<String> requestId, Predicate<String> isMeant) {
        Optional<Submission> before = requestId.flatMap(transaction::submission);
        before.filter(answer -> answer.kind() != kind || !isMeant.test(answer.jobId()))
                .ifPresent(answer -> {
                    throw new RequestIdReusedException(requestId.orElseThrow());
                });
        return before;
    }

    /** Stores the answer to a request. */
    public static void remember(WriteTransaction transaction, Optional<String> requestId, Submission answer) {
        requestId.ifPresent(id -> transaction.putSubmission(id, answer));
    }
}
