package dev.gantry.scheduler.state;

import dev.gantry.scheduler.constraint.NodeInterpolation;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** How a text with names in it reads for each node, remembered until that {@linkplain #forget changes}. */
public final class NodeProperty {

    /** Values that no node has any more are only forgotten all at once. */
    private static final int MOST_VALUES = 16_384;

    /** How it reads for a node; empty if the node lacks something that it names. */
    record Value(Optional<String> text) {}

    private final NodeInterpolation text;
    /** Nodes that are alike have the same. */
    private final Map<Value, Value> values = new HashMap<>();

    private Value[] byPosition = new Value[0];

    NodeProperty(NodeInterpolation text) {
        this.text = text;
    }

    /** How it reads for a node; empty if the node lacks something that it names. */
    public Optional<String> of(NodeUsage known) {
        int position = known.position();
        if (position >= byPosition.length) {
            // Some more, since nodes come one after the other.
            byPosition = Arrays.copyOf(byPosition, position + 1 + position / 8);
        }
        if (byPosition[position] == null) {
            byPosition[position] = find(known);
        }
        return byPosition[position].text();
    }

    /** The node at a position is another now, or has changed. */
    void forget(int position) {
        if (position < byPosition.length) {
            byPosition[position] = null;
        }
    }

    /** No node is where it was. */
    void forgetPositions() {
        Arrays.fill(byPosition, null);
    }

    private Value find(NodeUsage known) {
        if (values.size() >= MOST_VALUES) {
            values.clear();
        }
        Value value = new Value(text.resolve(known.node()));
        return values.computeIfAbsent(value, unseen -> unseen);
    }
}
