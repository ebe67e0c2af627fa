package dev.gantry.cluster;

import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentGroup;
import java.util.Map;
import java.util.Optional;

/**
 * Brings together what a plan says of a deployment and what is stored of it. The plan decides how many there shall be;
 * what nodes have said since it was made is in the store alone.
 */
final class DeploymentMerge {

    private DeploymentMerge() {}

    /**
     * Merges.
     *
     * @param stored the deployment as it is stored
     * @param planned as the plan wants it
     * @param healthyMore how many more of each group are healthy, by its name
     */
    static Deployment merge(Deployment stored, Deployment planned, Map<String, Long> healthyMore) {
        Deployment.Builder merged = stored.toBuilder()
                .setStatus(planned.getStatus())
                .setDescription(planned.getDescription())
                .clearGroups();
        planned.getGroupsList()
                .forEach(group -> merged.addGroups(merge(
                        find(stored, group.getTaskGroup()),
                        group,
                        healthyMore.getOrDefault(group.getTaskGroup(), 0L).intValue())));
        return merged.build();
    }

    /** The same deployment before any of it was healthy. */
    static Deployment uncounted(Deployment planned) {
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
