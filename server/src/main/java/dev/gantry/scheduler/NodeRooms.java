package dev.gantry.scheduler;

import dev.gantry.v1.Node;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All nodes, and what is known of them. Each has a position, in the order of the names. */
final class NodeRooms {

    private static final Comparator<NodeRoom> BY_NAME = Comparator.<NodeRoom, String>comparing(
                    room -> room.node().getName())
            .thenComparing(room -> room.node().getId());

    private final Map<String, NodeRoom> byId = new HashMap<>();
    private final NodeMemory memory;
    private List<NodeRoom> byName = List.of();
    private boolean isSorted = true;

    /**
     * No nodes.
     *
     * @param patience bears the tests of nodes
     */
    NodeRooms(Patience patience) {
        this.memory = new NodeMemory(patience);
    }

    /** The same rooms, that stay as they are now and may be read by another thread; nothing is remembered of them yet. */
    NodeRooms snapshot(Patience patience) {
        NodeRooms snapshot = new NodeRooms(patience);
        snapshot.byName = all().stream().map(NodeRoom::snapshot).toList();
        snapshot.byName.forEach(room -> snapshot.byId.put(room.id(), room));
        return snapshot;
    }

    /** Takes in a node, in place of what was known of it. */
    void put(Node node) {
        NodeRoom known = byId.get(node.getId());
        if (known == null) {
            byId.put(node.getId(), new NodeRoom(node));
            isSorted = false;
        } else {
            isSorted &= known.node().getName().equals(node.getName());
            known.describe(node);
            memory.forget(known.position());
        }
    }

    /** Forgets a node, if nothing is held of it. */
    void remove(String id) {
        NodeRoom known = byId.get(id);
        if (known != null && known.holdings().isEmpty()) {
            byId.remove(id);
            isSorted = false;
        }
    }

    /** The nodes in the order of their names, each at its position. */
    List<NodeRoom> all() {
        if (!isSorted) {
            sort();
        }
        return byName;
    }

    /** A node, at its position; null if it is not known. */
    NodeRoom find(String id) {
        if (!isSorted) {
            sort();
        }
        return byId.get(id);
    }

    /** What is known of nodes by themselves; true of the positions that {@link #all} and {@link #find} give. */
    NodeMemory memory() {
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
