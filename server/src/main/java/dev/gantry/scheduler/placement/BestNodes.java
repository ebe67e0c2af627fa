package dev.gantry.scheduler.placement;

import dev.gantry.scheduler.state.NodeUsage;
import dev.gantry.v1.NodeScore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the best of the nodes that are compared for one allocation: by descending score, and by name where scores are
 * equal.
 */
final class BestNodes {

    /** The most nodes kept. */
    static final int MOST = 5;

    private record Entry(NodeUsage node, Score score, double total) {

        boolean isBehind(NodeUsage other, double otherTotal) {
            return total < otherTotal || (total == otherTotal && node.position() > other.position());
        }
    }

    private final List<Entry> entries = new ArrayList<>(MOST + 1);

    /** Removes all nodes. */
    void clear() {
        entries.clear();
    }

    /** Adds a node if it is one of the best. */
    void offer(NodeUsage node, Score score) {
        double total = score.total();
        int place = entries.size();
        while (place > 0 && entries.get(place - 1).isBehind(node, total)) {
            place--;
        }
        if (place < MOST) {
            entries.add(place, new Entry(node, score, total));
        }
        if (entries.size() > MOST) {
            entries.remove(MOST);
        }
    }

    /** Returns the best node; empty if none was offered. */
    Optional<NodeUsage> first() {
        return entries.isEmpty() ? Optional.empty() : Optional.of(entries.get(0).node());
    }

    /** Returns the scores of the best nodes, best first. */
    List<NodeScore> scores() {
        return entries.stream()
                .map(entry -> entry.score().of(entry.node().node()))
                .toList();
    }
}
