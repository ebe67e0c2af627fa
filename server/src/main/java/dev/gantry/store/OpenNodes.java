package dev.gantry.store;

import dev.gantry.model.NodeEligibility;
import dev.gantry.v1.Node;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The nodes that accept new allocations, as committed; asked for each node of each plan. The store's writer thread
 * alone changes them once it runs; any thread asks.
 */
final class OpenNodes {

    private final Set<String> ids = ConcurrentHashMap.newKeySet();

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
