package dev.gantry.scheduler.state;

import dev.gantry.v1.Node;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All nodes, and what is known of them. Each has a position, in the order of the names. */
final class NodeTable {

    private static final Comparator<NodeUsage> BY_NAME = Comparator.<NodeUsage, String>comparing(
                    usage -> usage.node().getName())
            .thenComparing(usage -> usage.node().getId());

    private final Map<String, NodeUsage> byId = new HashMap<>();
    private final FeasibilityCache memory;
    private List<NodeUsage> byName = List.of();
    private boolean isSorted = true;

    /**
     * No nodes.
     *
     * @param deadline bears the tests of nodes
     */
    NodeTable(PlanDeadline deadline) {
        this.memory = new FeasibilityCache(deadline);
    }

    /** The same rooms, that stay as they are now and may be read by another thread; nothing is remembered of them yet. */
    NodeTable snapshot(PlanDeadline deadline) {
        NodeTable snapshot = new NodeTable(deadline);
        snapshot.byName = all().stream().map(NodeUsage::snapshot).toList();
        snapshot.byName.forEach(usage -> snapshot.byId.put(usage.id(), usage));
        return snapshot;
    }

    /** Takes in a node, in place of what was known of it. */
    void put(Node node) {
        NodeUsage known = byId.get(node.getId());
        if (known == null) {
            byId.put(node.getId(), new NodeUsage(node));
            isSorted = false;
        } else {
            isSorted &= known.node().getName().equals(node.getName());
            known.describe(node);
            memory.forget(known.position());
        }
    }

    /** Forgets a node, if nothing is held of it. */
    void remove(String id) {
        NodeUsage known = byId.get(id);
        if (known != null && known.allocations().isEmpty()) {
            byId.remove(id);
            isSorted = false;
        }
    }

    /** The nodes in the order of their names, each at its position. */
    List<NodeUsage> all() {
        if (!isSorted) {
            sort();
        }
        return byName;
    }

    /** A node, at its position; null if it is not known. */
    NodeUsage find(String id) {
        if (!isSorted) {
            sort();
        }
        return byId.get(id);
    }

    /** What is known of nodes by themselves; true of the positions that {@link #all} and {@link #find} give. */
    FeasibilityCache cache() {
        return memory;
    }

    private void sort() {
        byName = byId.values().stream().sorted(BY_NAME).toList();
        for (int position = 0; position < byName.size(); position++) {
            byName.get(position).moveTo(position);
        }
        memory.forgetPositions();
        isSorted = true;
    }
}
