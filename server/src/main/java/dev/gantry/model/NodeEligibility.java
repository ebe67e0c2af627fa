package dev.gantry.model;

import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.SchedulingEligibility;

/** Rules about the eligibility of nodes. */
public final class NodeEligibility {

    private NodeEligibility() {}

    /**
     * Returns true if a node may get new allocations.
     *
     * @param node the node
     * @return true if it is ready, eligible and not draining
     */
    public static boolean isSchedulable(Node node) {
        return node.getStatus() == NodeStatus.NODE_STATUS_READY
                && node.getEligibility() != SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE
                && !node.hasDrain();
    }
}
