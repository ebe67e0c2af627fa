package dev.gantry.check.history;

/**
 * The state of a stored job.
 *
 * @param version its version
 * @param stopped true if it was stopped
 * @param index its modify_index
 * @param tag the tag of the submission that made it, see {@link Operation.Submit}
 * @param count the count of its group
 */
public record JobState(long version, boolean stopped, long index, String tag, int count) {}
