package dev.gantry.cluster.deployment;

import java.util.Optional;

/**
 * The result of failing a deployment.
 *
 * @param evaluationId the evaluation that was queued for the job
 * @param revertedTo the older version that was submitted again; empty: none
 */
public record FailedDeployment(String evaluationId, Optional<Long> revertedTo) {}
