package dev.gantry.store;

import dev.gantry.model.NodeLife;
import dev.gantry.v1.Node;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Which nodes may be given new allocations, as committed: asked for each node of each plan. Owned by the store's writer
 * thread once that runs.
 */
final class OpenNodes {

    private final Set<String> ids = new HashSet<>();

    /** Takes in nodes as they are now. */
    void put(Collection<Node> nodes) {
        for (Node node : nodes) {
            if (NodeLife.isOpen(node)) {
                ids.add(node.getId());
            } else {
                ids.remove(node.getId());
            }
        }
    }

    /** Forgets nodes. */
    void remove(Collection<String> removed) {
        ids.removeAll(removed);
    }

    boolean contains(String id) {
        return ids.contains(id);
    }
}
