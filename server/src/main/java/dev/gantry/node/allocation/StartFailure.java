package dev.gantry.node.allocation;

import dev.gantry.driver.TaskStartException;
import dev.gantry.node.artifact.ArtifactException;
import dev.gantry.node.template.TemplateFailure;

/**
 * A start of a task that has failed.
 *
 * @param event what the task's history says
 * @param message what failed, and the remedy, for people
 * @param isWorthRetrying true if the same task may start later
 */
record StartFailure(EventType event, String message, boolean isWorthRetrying) {

    static StartFailure of(TaskStartException failure) {
        return new StartFailure(
                failure.isRestricted() ? EventType.RESTRICTED : EventType.DRIVER_FAILURE,
                failure.getMessage(),
                failure.isWorthRetrying());
    }

    static StartFailure of(TemplateFailure failure) {
        return new StartFailure(EventType.TEMPLATE, failure.getMessage(), true);
    }

    static StartFailure of(ArtifactException failure) {
        return new StartFailure(
                failure.kind() == ArtifactException.Kind.RESTRICTED
                        ? EventType.RESTRICTED
                        : EventType.FAILED_ARTIFACT_DOWNLOAD,
                failure.getMessage(),
                failure.kind() == ArtifactException.Kind.RETRY);
    }
}
