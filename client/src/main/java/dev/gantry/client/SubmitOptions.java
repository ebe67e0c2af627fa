package dev.gantry.client;

import java.util.OptionalLong;

/**
 * The options of a submission.
 *
 * @param requestId makes the submission safe to repeat, also across programs; if empty, each submission gets a new one
 * @param checkIndex the index that the stored job must have, 0 if there must be no such job; empty to submit in any
 *     case
 */
public record SubmitOptions(String requestId, OptionalLong checkIndex) {

    /** A new request id and no check index. */
    public static final SubmitOptions DEFAULT = new SubmitOptions("", OptionalLong.empty());

    /**
     * Sets the request id.
     *
     * @param id 1 to 128 characters; a second submission with the same id gets the response of the first one
     * @return new options
     */
    public SubmitOptions withRequestId(String id) {
        return new SubmitOptions(id, checkIndex);
    }

    /**
     * Sets the check index: the job is stored only if it was not changed meanwhile.
     *
     * @param index the stored job's {@code modify_index}, as in a plan; 0 if there must be no such job
     * @return new options
     */
    public SubmitOptions withCheckIndex(long index) {
        return new SubmitOptions(requestId, OptionalLong.of(index));
    }
}
