package dev.gantry.cluster;

import java.util.Optional;

/**
 * What follows from a deployment's failure.
 *
 * @param evaluationId the evaluation that sees to it
 * @param revertedTo the version that comes back, if one does
 */
public record FailedDeployment(String evaluationId, Optional<Long> revertedTo) {}
