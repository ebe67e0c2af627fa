package dev.gantry.cluster.deployment;

import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentGroup;
import dev.gantry.v1.DeploymentStatus;
import java.util.Map;
import java.util.Optional;

/**
 * Merges the deployment of a plan with the stored one. Desired counts and status come from the plan. Counts of healthy
 * allocations come from the store, since nodes may have reported after the plan was made.
 */
public final class DeploymentMerge {

    private DeploymentMerge() {}

    /**
     * Merges two states of a deployment.
     *
     * @param stored the stored deployment
     * @param planned the deployment as the plan wants it
     * @param healthyMore by group name, how many allocations the plan itself marks as healthy
     */
    public static Deployment merge(Deployment stored, Deployment planned, Map<String, Long> healthyMore) {
        Deployment.Builder merged = stored.toBuilder()
                .setStatus(isStillPaused(stored, planned) ? stored.getStatus() : planned.getStatus())
                .setDescription(isStillPaused(stored, planned) ? stored.getDescription() : planned.getDescription())
                .clearGroups();
        planned.getGroupsList()
                .forEach(group -> merged.addGroups(merge(
                        find(stored, group.getTaskGroup()),
                        group,
                        healthyMore.getOrDefault(group.getTaskGroup(), 0L).intValue())));
        return merged.build();
    }

    private static boolean isStillPaused(Deployment stored, Deployment planned) {
        return stored.getPaused()
                && (planned.getStatus() == DeploymentStatus.DEPLOYMENT_STATUS_RUNNING
                        || planned.getStatus() == DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
    }

    /** Returns a deployment with no healthy and no unhealthy allocations. */
    public static Deployment uncounted(Deployment planned) {
        Deployment.Builder uncounted = planned.toBuilder().clearGroups();
        planned.getGroupsList()
                .forEach(group ->
                        uncounted.addGroups(group.toBuilder().clearHealthy().clearUnhealthy()));
        return uncounted.build();
    }

    private static DeploymentGroup merge(Optional<DeploymentGroup> stored, DeploymentGroup planned, int healthyMore) {
        DeploymentGroup known = stored.orElse(DeploymentGroup.getDefaultInstance());
        DeploymentGroup.Builder merged = planned.toBuilder()
                .setPromoted(planned.getPromoted() || known.getPromoted())
                .setHealthy(known.getHealthy() + healthyMore)
                .setUnhealthy(known.getUnhealthy())
                .clearProgressDeadline();
        if (known.hasProgressDeadline()) {
            merged.setProgressDeadline(known.getProgressDeadline());
        }
        return merged.build();
    }

    private static Optional<DeploymentGroup> find(Deployment deployment, String group) {
        return deployment.getGroupsList().stream()
                .filter(known -> known.getTaskGroup().equals(group))
                .findFirst();
    }
}
