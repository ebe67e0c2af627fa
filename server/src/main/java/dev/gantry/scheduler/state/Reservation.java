package dev.gantry.scheduler.state;

/**
 * Resources of a node that a plan keeps for an allocation of its job. The allocation waits until others have ended, which
 * were stopped for it.
 *
 * @param nodeId the node
 * @param resources what the allocation will take
 */
public record Reservation(String nodeId, AllocatedResources resources) {}
