package dev.gantry.cluster;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * How to submit a job.
 *
 * @param requestId makes the submission safe to repeat: a second one with this id is answered as the first was
 * @param checkIndex submit only if the stored job has this modify_index; 0: only if it is not stored
 */
public record SubmitOptions(Optional<String> requestId, OptionalLong checkIndex) {}
