package dev.gantry.cluster;

/**
 * Says that a job will be stopped.
 *
 * @param evaluationId the evaluation that stops its allocations
 * @param modifyIndex the job's modify_index after it
 */
public record StopReceipt(String evaluationId, long modifyIndex) {}
