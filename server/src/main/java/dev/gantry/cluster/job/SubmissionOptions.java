package dev.gantry.cluster.job;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * The options of a submission.
 *
 * @param requestId makes the submission safe to repeat: a second one with this id gets the answer of the first
 * @param checkIndex the modify_index that the stored job must have; 0: the job must not be stored; empty: not checked
 */
public record SubmissionOptions(Optional<String> requestId, OptionalLong checkIndex) {}
