package dev.gantry.scheduler;

import java.util.IdentityHashMap;

/** How many allocations of one group are on each node. */
final class NodeTally implements OccupantCount {

    private final String taskGroup;
    /** By what is known of the node, not by its id: it is asked for each node that is compared, and at hand then. */
    private final IdentityHashMap<NodeRoom, Integer> counts = new IdentityHashMap<>();

    /**
     * An empty tally.
     *
     * @param taskGroup only this group's allocations count
     */
    NodeTally(String taskGroup) {
        this.taskGroup = taskGroup;
    }

    @Override
    public void change(Occupant occupant, int difference) {
        if (taskGroup.equals(occupant.taskGroup())) {
            counts.merge(occupant.node(), difference, Integer::sum);
        }
    }

    /** How many there are on a node. */
    int count(NodeRoom known) {
        Integer count = counts.isEmpty() ? null : counts.get(known);
        return count == null ? 0 : count;
    }
}
