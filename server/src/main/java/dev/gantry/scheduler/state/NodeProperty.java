package dev.gantry.scheduler.state;

import dev.gantry.scheduler.constraint.NodeInterpolation;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps the value of an interpolated text, such as <code>${node.datacenter}</code>, for each node until
 * {@linkplain #forget the node changes}.
 */
public final class NodeProperty {

    /** The most values kept. Values that no node has stay until all are dropped at this number. */
    private static final int MOST_VALUES = 16_384;

    /**
     * The value for a node.
     *
     * @param text the interpolated text; empty if the node lacks a property that the text names
     */
    record Value(Optional<String> text) {}

    private final NodeInterpolation text;
    /** One instance of each value, shared by the nodes that have it. */
    private final Map<Value, Value> values = new HashMap<>();

    private Value[] byPosition = new Value[0];

    NodeProperty(NodeInterpolation text) {
        this.text = text;
    }

    /**
     * Returns the value for a node; empty if the node lacks a property that the text names.
     *
     * @param usage the usage of the node
     */
    public Optional<String> of(NodeUsage usage) {
        int position = usage.position();
        if (position >= byPosition.length) {
            // One eighth more than needed, since nodes are added one after the other.
            byPosition = Arrays.copyOf(byPosition, position + 1 + position / 8);
        }
        if (byPosition[position] == null) {
            byPosition[position] = find(usage);
        }
        return byPosition[position].text();
    }

    /** Drops the value for the node at a position: the node has changed. */
    void forget(int position) {
        if (position < byPosition.length) {
            byPosition[position] = null;
        }
    }

    /** Drops the values for all positions, which now mean other nodes. */
    void forgetPositions() {
        Arrays.fill(byPosition, null);
    }

    private Value find(NodeUsage usage) {
        if (values.size() >= MOST_VALUES) {
            values.clear();
        }
        Value value = new Value(text.resolve(usage.node()));
        return values.computeIfAbsent(value, unseen -> unseen);
    }
}
