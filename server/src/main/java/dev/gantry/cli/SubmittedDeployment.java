package dev.gantry.cli;

import dev.gantry.cli.JobProgress.State;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentGroup;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.SubmitJobResponse;
import dev.gantry.v1.TaskGroup;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Tracks the deployment that a submission made, if it made one, and prints its steps. */
final class SubmittedDeployment {

    private final SubmitJobResponse submitted;
    private final Set<String> autoPromoted;
    private final Consumer<String> out;
    private Deployment deployment = Deployment.getDefaultInstance();
    private boolean promotionShown;

    /**
     * Knows of no deployment yet.
     *
     * @param job the job as submitted
     * @param submitted the server's answer to the submission
     * @param out prints a line
     */
    SubmittedDeployment(Job job, SubmitJobResponse submitted, Consumer<String> out) {
        this.autoPromoted = job.getTaskGroupsList().stream()
                .filter(group -> (group.hasUpdate() ? group.getUpdate() : job.getUpdate()).getAutoPromote())
                .map(TaskGroup::getName)
                .collect(Collectors.toSet());
        this.submitted = submitted;
        this.out = out;
    }

    /** Updates the deployment. Deployments of other versions are ignored, and one that an earlier submission has made. */
    void accept(Deployment next) {
        if (next.getJobVersion() != submitted.getVersion()
                || next.getModifyIndex() < deployment.getModifyIndex()
                || hadEnded(next)) {
            return;
        }
        boolean isNews = !next.getGroupsList().equals(deployment.getGroupsList());
        deployment = next;
        if (isNews) {
            out.accept("    Deployment \"%s\": %s".formatted(TextFormat.shortId(next.getId()), tally()));
        }
        if (awaitsPromotion() && !promotionShown) {
            promotionShown = true;
            out.accept("    Its canaries are healthy; promote them with: gantry deployment promote "
                    + TextFormat.shortId(next.getId()));
        }
    }

    /** A job that is submitted unchanged keeps its version, and the deployment of that version may have ended long ago. */
    private boolean hadEnded(Deployment next) {
        return next.getModifyIndex() < submitted.getModifyIndex()
                && next.getStatus() != DeploymentStatus.DEPLOYMENT_STATUS_RUNNING;
    }

    /** Returns true if the submission has made a deployment. */
    boolean isKnown() {
        return !deployment.getId().isEmpty();
    }

    State state() {
        return switch (deployment.getStatus()) {
            case DEPLOYMENT_STATUS_SUCCESSFUL -> State.DONE;
            case DEPLOYMENT_STATUS_FAILED, DEPLOYMENT_STATUS_CANCELED -> State.FAILED;
            case DEPLOYMENT_STATUS_RUNNING, DEPLOYMENT_STATUS_UNSPECIFIED, UNRECOGNIZED ->
                awaitsPromotion() ? State.AWAITS_PROMOTION : State.IN_PROGRESS;
        };
    }

    /** Returns the reason why the deployment failed; empty if it did not fail. */
    Optional<String> failure() {
        if (state() != State.FAILED) {
            return Optional.empty();
        }
        String why = deployment.getDescription().isEmpty() ? "" : ": " + deployment.getDescription();
        return Optional.of("its deployment \"%s\" %s%s"
                .formatted(
                        TextFormat.shortId(deployment.getId()),
                        deployment.getStatus() == DeploymentStatus.DEPLOYMENT_STATUS_FAILED
                                ? "has failed"
                                : "was canceled",
                        why));
    }

    /** Returns the message for a deployment that nobody promoted while it was watched. */
    String promotionAdvice() {
        String id = TextFormat.shortId(deployment.getId());
        return "waits for promotion of its deployment \"%s\": %s. To promote it: gantry deployment promote %s"
                .formatted(id, tally(), id);
    }

    /** Counts healthy allocations by group, such as {@code front 1 of 3 healthy}. */
    String tally() {
        return deployment.getGroupsList().stream()
                .map(SubmittedDeployment::tally)
                .collect(Collectors.joining(", "));
    }

    private static String tally(DeploymentGroup group) {
        boolean isTried = group.getDesiredCanaries() > 0 && !group.getPromoted();
        String bad = group.getUnhealthy() == 0 ? "" : ", " + group.getUnhealthy() + " unhealthy";
        return isTried
                ? "%s %d of %d canaries healthy%s"
                        .formatted(group.getTaskGroup(), group.getHealthy(), group.getDesiredCanaries(), bad)
                : "%s %d of %d healthy%s"
                        .formatted(group.getTaskGroup(), group.getHealthy(), group.getDesiredTotal(), bad);
    }

    private boolean awaitsPromotion() {
        List<DeploymentGroup> unpromoted = deployment.getGroupsList().stream()
                .filter(group -> !group.getPromoted())
                .toList();
        return deployment.getStatus() == DeploymentStatus.DEPLOYMENT_STATUS_RUNNING
                && unpromoted.stream().anyMatch(group -> !autoPromoted.contains(group.getTaskGroup()))
                && unpromoted.stream().allMatch(group -> group.getHealthy() >= group.getDesiredCanaries());
    }
}
