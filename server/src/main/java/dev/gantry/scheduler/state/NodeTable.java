package dev.gantry.scheduler.state;

import dev.gantry.v1.Node;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Holds the usage of all nodes, sorted by name. A node's position is its index in that order. */
final class NodeTable {

    private static final Comparator<NodeUsage> BY_NAME = Comparator.<NodeUsage, String>comparing(
                    usage -> usage.node().getName())
            .thenComparing(usage -> usage.node().getId());

    private final Map<String, NodeUsage> byId = new HashMap<>();
    private final FeasibilityCache cache;
    private final NodeRestrictionTable restrictions = new NodeRestrictionTable();
    private List<NodeUsage> byName = List.of();
    private boolean isSorted = true;

    /**
     * Creates an empty table.
     *
     * @param deadline checked after each test of a node
     */
    NodeTable(PlanDeadline deadline) {
        this.cache = new FeasibilityCache(deadline);
    }

    /**
     * Copies the table for another thread to read; the copy does not change when this table does. The copy starts with
     * an empty {@link FeasibilityCache}.
     *
     * @param deadline the deadline of plans on the copy
     */
    NodeTable snapshot(PlanDeadline deadline) {
        NodeTable snapshot = new NodeTable(deadline);
        snapshot.byName = all().stream().map(NodeUsage::snapshot).toList();
        snapshot.byName.forEach(usage -> snapshot.byId.put(usage.id(), usage));
        snapshot.restrictions.addAll(restrictions);
        return snapshot;
    }

    /** Adds or replaces a node. The resources taken of the node stay taken. */
    void put(Node node) {
        NodeUsage usage = byId.get(node.getId());
        if (usage == null) {
            byId.put(node.getId(), new NodeUsage(node));
            isSorted = false;
        } else {
            restrictions.remove(usage.node());
            isSorted &= usage.node().getName().equals(node.getName());
            usage.describe(node);
            cache.forget(usage.position());
        }
        restrictions.add(node);
    }

    /** Removes a node that has no allocations; ignores all others. */
    void remove(String id) {
        NodeUsage usage = byId.get(id);
        if (usage != null && usage.allocations().isEmpty()) {
            byId.remove(id);
            restrictions.remove(usage.node());
            isSorted = false;
        }
    }

    /** Returns the usage of all nodes, in the order of their names and with their positions set. */
    List<NodeUsage> all() {
        if (!isSorted) {
            sort();
        }
        return byName;
    }

    /** Returns the usage of a node, with its position set; null if the node is unknown. */
    NodeUsage find(String id) {
        if (!isSorted) {
            sort();
        }
        return byId.get(id);
    }

    /** Returns the cached test results. Positions in the cache are those that {@link #all} and {@link #find} set. */
    FeasibilityCache cache() {
        return cache;
    }

    /** Returns the restrictions of the nodes. */
    NodeRestrictionTable restrictions() {
        return restrictions;
    }

    private void sort() {
        byName = byId.values().stream().sorted(BY_NAME).toList();
        for (int position = 0; position < byName.size(); position++) {
            byName.get(position).moveTo(position);
        }
        cache.forgetPositions();
        isSorted = true;
    }
}
