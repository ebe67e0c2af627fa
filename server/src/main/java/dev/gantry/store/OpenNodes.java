package dev.gantry.store;

import dev.gantry.model.NodeEligibility;
import dev.gantry.v1.Node;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * The nodes that accept new allocations, as committed; asked for each node of each plan. Owned by the store's writer
 * thread once that runs.
 */
final class OpenNodes {

    private final Set<String> ids = new HashSet<>();

    /** Adds the new states of nodes. */
    void put(Collection<Node> nodes) {
        for (Node node : nodes) {
            if (NodeEligibility.isSchedulable(node)) {
                ids.add(node.getId());
            } else {
                ids.remove(node.getId());
            }
        }
    }

    /** Removes deleted nodes. */
    void remove(Collection<String> removed) {
        ids.removeAll(removed);
    }

    /** Returns true if a node accepts new allocations. */
    boolean contains(String id) {
        return ids.contains(id);
    }
}
