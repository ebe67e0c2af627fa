package dev.gantry.cli;

import dev.gantry.cli.JobProgress.State;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentGroup;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.SubmitJobResponse;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** How far the deployment is that a submission made, if it made one; tells people of each step. */
final class SubmittedDeployment {

    private final SubmitJobResponse submitted;
    private final Consumer<String> out;
    private Deployment deployment = Deployment.getDefaultInstance();
    private boolean promotionShown;

    SubmittedDeployment(SubmitJobResponse submitted, Consumer<String> out) {
        this.submitted = submitted;
        this.out = out;
    }

    /** Takes in a deployment of the job; those of other versions are passed over. */
    void accept(Deployment next) {
        if (next.getJobVersion() != submitted.getVersion() || next.getModifyIndex() < deployment.getModifyIndex()) {
            return;
        }
        boolean isNews = !next.getGroupsList().equals(deployment.getGroupsList());
        deployment = next;
        if (isNews) {
            out.accept("    Deployment \"%s\": %s".formatted(TextFormat.shortId(next.getId()), tally()));
        }
        if (waitsForPromotion() && !promotionShown) {
            promotionShown = true;
            out.accept("    Its canaries are healthy; go on with: gantry deployment promote "
                    + TextFormat.shortId(next.getId()));
        }
    }

    /** Whether the submission has made a deployment. */
    boolean isKnown() {
        return !deployment.getId().isEmpty();
    }

    State state() {
        return switch (deployment.getStatus()) {
            case DEPLOYMENT_STATUS_SUCCESSFUL -> State.DONE;
            case DEPLOYMENT_STATUS_FAILED, DEPLOYMENT_STATUS_CANCELED -> State.FAILED;
            case DEPLOYMENT_STATUS_RUNNING, DEPLOYMENT_STATUS_UNSPECIFIED, UNRECOGNIZED -> State.IN_PROGRESS;
        };
    }

    /** Why it has failed; empty if it has not. */
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

    /** Such as {@code front 1 of 3 healthy}. */
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

    private boolean waitsForPromotion() {
        return deployment.getStatus() == DeploymentStatus.DEPLOYMENT_STATUS_RUNNING
                && deployment.getGroupsList().stream().anyMatch(group -> !group.getPromoted())
                && deployment.getGroupsList().stream()
                        .filter(group -> !group.getPromoted())
                        .allMatch(group -> group.getHealthy() >= group.getDesiredCanaries());
    }
}
