package dev.gantry.scheduler.placement;

import dev.gantry.scheduler.constraint.Refusal;
import dev.gantry.scheduler.state.Demand;
import dev.gantry.scheduler.state.NodeUsage;
import dev.gantry.v1.Allocation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The nodes that have refused an allocation of the same version of a group, since their owners do not allow it. The
 * server could not know that before: only the node knows where a link leads and what a <code>${…}</code> becomes. A node
 * that has changed since then is asked again.
 */
final class NodeRefusals {

    private record Refused(long index, Refusal refusal) {}

    private final Map<String, Refused> byNode = new HashMap<>();

    /**
     * Reads the refusals.
     *
     * @param refused the job's allocations that nodes have refused, of any version and group
     * @param demand the group
     */
    NodeRefusals(List<Allocation> refused, Demand demand) {
        for (Allocation one : refused) {
            if (one.getJobVersion() == demand.jobVersion()
                    && one.getTaskGroup().equals(demand.group().getName())) {
                String reason = one.getRestriction().replaceFirst("^This node", "node");
                byNode.put(one.getNodeId(), new Refused(one.getModifyIndex(), Refusal.node(reason)));
            }
        }
    }

    /** Returns why a node does not allow the group; empty if that is not known. */
    Optional<Refusal> refusal(NodeUsage node) {
        Refused refused = byNode.isEmpty() ? null : byNode.get(node.id());
        return refused == null || node.node().getModifyIndex() > refused.index()
                ? Optional.empty()
                : Optional.of(refused.refusal());
    }
}
