package dev.gantry.store;

import java.time.Instant;

/**
 * What a submission was answered.
 *
 * @param jobId the job
 * @param version the version that the submission made, or found unchanged
 * @param evaluationId the evaluation that it queued
 * @param modifyIndex the job's modify_index after it
 * @param submitTime when
 */
public record Submission(String jobId, long version, String evaluationId, long modifyIndex, Instant submitTime) {}
