package dev.gantry.scheduler;

import java.util.IdentityHashMap;

/** How many allocations of one group are on each node. */
final class NodeTally implements OccupantCount {

    /** By what is known of the node, not by its id: it is asked for each node that is compared, and at hand then. */
    private final IdentityHashMap<NodeRoom, Integer> counts = new IdentityHashMap<>();

    @Override
    public void change(Occupant occupant, int difference) {
        counts.merge(occupant.node(), difference, Integer::sum);
    }

    /** How many there are on a node. */
    int count(NodeRoom known) {
        Integer count = counts.isEmpty() ? null : counts.get(known);
        return count == null ? 0 : count;
    }
}
