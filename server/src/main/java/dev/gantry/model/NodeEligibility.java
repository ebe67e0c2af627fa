package dev.gantry.model;

import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.SchedulingEligibility;

/** What the state of a node means. */
public final class NodeEligibility {

    private NodeEligibility() {}

    /**
     * Whether a node may be given new allocations.
     *
     * @param node any node
     * @return true if it is ready, eligible and not draining
     */
    public static boolean isSchedulable(Node node) {
        return node.getStatus() == NodeStatus.NODE_STATUS_READY
                && node.getEligibility() != SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE
                && !node.hasDrain();
    }
}
