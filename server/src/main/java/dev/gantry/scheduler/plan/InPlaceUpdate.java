package dev.gantry.scheduler.plan;

import dev.gantry.v1.Allocation;

/**
 * An update of an allocation to the job's new version without a restart of its tasks, since nothing that they run with
 * has changed. After the update, the allocation is not a canary.
 *
 * @param allocation the allocation as it is now
 * @param deploymentId the deployment that the allocation belongs to from now on; empty: none
 * @param healthy true to mark the allocation as healthy at once, since it runs already; false to leave its health as it
 *     is
 */
public record InPlaceUpdate(Allocation allocation, String deploymentId, boolean healthy) {}
