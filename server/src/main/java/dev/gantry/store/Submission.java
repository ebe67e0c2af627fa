package dev.gantry.store;

import java.time.Instant;

/**
 * The answer to a request that may be repeated: a submission, or another change of a job.
 *
 * @param kind the kind of the request
 * @param jobId the job, or the child that was created
 * @param version the version that the request created, or found unchanged; -1 if the request made no version
 * @param evaluationId the evaluation that the request queued
 * @param modifyIndex the job's modify_index after the request
 * @param submitTime when the request was answered
 */
public record Submission(
        Kind kind, String jobId, long version, String evaluationId, long modifyIndex, Instant submitTime) {

    /** The kinds of requests. The database keeps the codes. */
    public enum Kind {
        /** Submits a job. */
        SUBMIT(1),
        /** Reverts a job to an older version. */
        REVERT(2),
        /** Stops a job. */
        STOP(3),
        /** Dispatches a parameterized job. */
        DISPATCH(4),
        /** Launches a periodic job now. */
        FORCE(5),
        /** Promotes the canaries of a deployment. */
        PROMOTE(6),
        /** Fails a deployment. */
        FAIL(7),
        /** Changes the count of a group. */
        SCALE(8),
        /** Evaluates a job. */
        EVALUATE(9);

        private final short code;

        Kind(int code) {
            this.code = (short) code;
        }

        /** Returns the code in the database. */
        short code() {
            return code;
        }

        /**
         * Returns the kind with a code.
         *
         * @throws StoreException if a newer version of Gantry has written the code
         */
        static Kind of(short code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new StoreException(
                    "The database knows a request of kind %d, which this version does not; start the newer version"
                            .formatted(code));
        }
    }
}
