package dev.gantry.scheduler.reconcile;

import dev.gantry.scheduler.state.Demand;
import dev.gantry.scheduler.state.JobDeployments;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentGroup;
import dev.gantry.v1.DeploymentStatus;
import java.util.Optional;

/**
 * The rollout of the newest version of a group: which allocations belong to it, and how far the deployment has come.
 *
 * @param demand the group
 * @param deployment the deployment of the newest version; empty: none
 * @param progress the group's part of that deployment; empty: none
 */
record GroupRollout(Demand demand, Optional<Deployment> deployment, Optional<DeploymentGroup> progress) {

    /** Returns true for an allocation of the newest version. */
    boolean isCurrent(Allocation one) {
        return one.getJobVersion() == demand.jobVersion();
    }

    /** Returns true for a canary of the newest version that is not promoted yet. */
    boolean isTried(Allocation one) {
        return one.getCanary()
                && isCurrent(one)
                && progress.filter(DeploymentGroup::getPromoted).isEmpty();
    }

    /** Returns true for a canary of the newest version whose deployment has failed or was canceled before promotion. */
    boolean isFailedCanary(Allocation one) {
        return one.getCanary()
                && isCurrent(one)
                && hasEnded()
                && progress.filter(group -> !group.getPromoted()).isPresent();
    }

    /** Returns true for an allocation that counts for the deployment. */
    boolean isOfDeployment(Allocation one) {
        return deployment
                .filter(known -> known.getId().equals(one.getDeploymentId()))
                .isPresent();
    }

    /** Returns true if outdated allocations are replaced in steps, by the group's {@code update} block. */
    boolean isStepwise() {
        return DeploymentRule.isStepwise(demand);
    }

    /** Returns true if the deployment is running. */
    boolean isRunning() {
        return deployment.filter(JobDeployments::isRunning).isPresent();
    }

    /** Returns true if the deployment waits to be resumed. */
    boolean isPaused() {
        return isRunning() && deployment.filter(Deployment::getPaused).isPresent();
    }

    /** Returns true if there is a deployment and it does not run any more. */
    boolean hasEnded() {
        return deployment.isPresent() && !isRunning();
    }

    /** Returns true if the deployment was successful. */
    boolean isSuccessful() {
        return deployment
                .filter(one -> one.getStatus() == DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL)
                .isPresent();
    }

    /** Returns how many allocations may be replaced at a time. */
    int maxParallel() {
        return demand.group().getUpdate().getMaxParallel();
    }

    /** Returns how many canaries the newest version needs before its promotion. */
    int canaries() {
        int wished = progress.map(DeploymentGroup::getDesiredCanaries)
                .orElse(demand.group().getUpdate().getCanary());
        return Math.min(wished, demand.group().getCount());
    }

    /**
     * Returns true if canaries have to be placed or wait for promotion.
     *
     * @param hasOlder true if allocations of older versions run
     */
    boolean wantsCanaries(boolean hasOlder) {
        boolean unpromoted = progress.map(group -> group.getDesiredCanaries() > 0 && !group.getPromoted())
                .orElse(hasOlder && canaries() > 0);
        return isStepwise() && unpromoted && !hasEnded();
    }
}
