package dev.gantry.cluster;

/**
 * A child that was made.
 *
 * @param jobId its id
 * @param evaluationId the evaluation that will place it
 */
public record Child(String jobId, String evaluationId) {}
