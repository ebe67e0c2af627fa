package dev.gantry.client;

import java.util.OptionalLong;

/**
 * How to submit a job.
 *
 * @param requestId makes the submission safe to repeat across programs; empty: a new one for each submission
 * @param checkIndex submit only if the stored job's index is this one, 0 if there must be none; empty: always
 */
public record SubmitOptions(String requestId, OptionalLong checkIndex) {

    /** A new request, whatever is stored. */
    public static final SubmitOptions DEFAULT = new SubmitOptions("", OptionalLong.empty());

    /**
     * The same with a request id of the caller's own.
     *
     * @param id 1 to 128 characters; a second submission with the same id answers what the first one did
     * @return the options
     */
    public SubmitOptions withRequestId(String id) {
        return new SubmitOptions(id, checkIndex);
    }

    /**
     * The same, but only if the job was not changed meanwhile.
     *
     * @param index the stored job's {@code modify_index}, as a plan tells it; 0: only if there is no such job
     * @return the options
     */
    public SubmitOptions withCheckIndex(long index) {
        return new SubmitOptions(requestId, OptionalLong.of(index));
    }
}
