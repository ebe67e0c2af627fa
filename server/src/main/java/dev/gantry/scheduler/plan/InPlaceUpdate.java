package dev.gantry.scheduler.plan;

import dev.gantry.v1.Allocation;

/**
 * An allocation that gets the new version of its job while its tasks go on running: nothing of them has changed. It is no
 * canary any more.
 *
 * @param allocation the allocation as it is now
 * @param deploymentId the deployment it is part of from now on; empty: none
 * @param healthy whether it counts as healthy at once, since it runs already; else its health stays as it is
 */
public record InPlaceUpdate(Allocation allocation, String deploymentId, boolean healthy) {}
