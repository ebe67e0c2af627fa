package dev.gantry.cluster;

import dev.gantry.store.Submission;
import dev.gantry.store.WriteTransaction;
import java.util.Optional;
import java.util.function.Predicate;

/** Writes that a client may send twice under one request id: the second is answered as the first, and changes nothing. */
final class RepeatedRequests {

    private RepeatedRequests() {}

    /**
     * Finds what an earlier request with the same id was answered.
     *
     * @param kind what this request asks for
     * @param requestId the request's id; empty: each request counts
     * @param isMeant whether the answer's job is one that this request can be about
     * @return the answer; empty if there was no such request
     * @throws RequestIdReusedException if the id was used to ask for something else, or for another job
     */
    static Optional<Submission> answered(
            WriteTransaction transaction, Submission.Kind kind, Optional<String> requestId, Predicate<String> isMeant) {
        Optional<Submission> before = requestId.flatMap(transaction::submission);
        before.filter(answer -> answer.kind() != kind || !isMeant.test(answer.jobId()))
                .ifPresent(answer -> {
                    throw new RequestIdReusedException(requestId.orElseThrow(), answer);
                });
        return before;
    }

    /** Remembers what a request was answered. */
    static void remember(WriteTransaction transaction, Optional<String> requestId, Submission answer) {
        requestId.ifPresent(id -> transaction.putSubmission(id, answer));
    }
}
