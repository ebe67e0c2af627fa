package dev.gantry.store;

import java.time.Instant;

/**
 * What a request was answered that can be repeated: a submission, or another change of a job.
 *
 * @param jobId the job, or the child that was made
 * @param version the version that the request made, or found unchanged; -1 if it is about none
 * @param evaluationId the evaluation that it queued
 * @param modifyIndex the job's modify_index after it
 * @param submitTime when
 */
public record Submission(String jobId, long version, String evaluationId, long modifyIndex, Instant submitTime) {}
