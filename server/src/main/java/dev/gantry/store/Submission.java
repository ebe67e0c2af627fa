package dev.gantry.store;

import java.time.Instant;

/**
 * The answer to a request that may be repeated: a submission, or another change of a job.
 *
 * @param kind what was asked for
 * @param jobId the job, or the child that was made
 * @param version the version that the request made, or found unchanged; -1 if it is about none
 * @param evaluationId the evaluation that it queued
 * @param modifyIndex the job's modify_index after it
 * @param submitTime when
 */
public record Submission(
        Kind kind, String jobId, long version, String evaluationId, long modifyIndex, Instant submitTime) {

    /** The kinds of requests. The database keeps the codes. */
    public enum Kind {
        /** A job is submitted. */
        SUBMIT(1, "submit"),
        /** An older version of a job comes back. */
        REVERT(2, "revert"),
        /** A job is stopped. */
        STOP(3, "stop"),
        /** A parameterized job is dispatched. */
        DISPATCH(4, "dispatch"),
        /** A periodic job is launched now. */
        FORCE(5, "force"),
        /** The canaries of a deployment are promoted. */
        PROMOTE(6, "promote the deployment of"),
        /** A deployment is failed. */
        FAIL(7, "fail the deployment of");

        private final short code;
        private final String verb;

        Kind(int code, String verb) {
            this.code = (short) code;
            this.verb = verb;
        }

        /**
         * The verb, for messages; a job follows it.
         *
         * @return such as "submit"
         */
        public String verb() {
            return verb;
        }

        short code() {
            return code;
        }

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
