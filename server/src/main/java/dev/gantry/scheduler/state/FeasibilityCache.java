package dev.gantry.scheduler.state;

import dev.gantry.scheduler.constraint.NodeInterpolation;
import dev.gantry.scheduler.constraint.NodeRequirements;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * What was found out about nodes by themselves, remembered from plan to plan: most jobs ask what others have asked. What
 * was not asked for longest is forgotten first.
 */
public final class FeasibilityCache {

    /** A reference for each node and ask: 10 MB for 5,000 nodes. */
    private static final int MOST_ASKS = 512;

    private static final int MOST_PROPERTIES = 64;

    private static final class Recent<K, V> extends LinkedHashMap<K, V> {

        private static final long serialVersionUID = 1;

        private final int most;

        Recent(int most) {
            super(16, 0.75f, true);
            this.most = most;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > most;
        }
    }

    private final Map<NodeRequirements, NodeClasses> classes = new Recent<>(MOST_ASKS);
    private final Map<NodeInterpolation, NodeProperty> properties = new Recent<>(MOST_PROPERTIES);

    private final PlanDeadline deadline;

    /**
     * Nothing is known yet.
     *
     * @param deadline bears the tests of nodes
     */
    FeasibilityCache(PlanDeadline deadline) {
        this.deadline = deadline;
    }

    /**
     * What is known of nodes by what is asked of them.
     *
     * @throws IllegalArgumentException if a constraint or an affinity is malformed
     */
    NodeClasses classes(NodeRequirements request) {
        return find(classes, request, unseen -> new NodeClasses(unseen, deadline));
    }

    /** How a text reads for nodes. */
    public NodeProperty property(NodeInterpolation text) {
        return find(properties, text, NodeProperty::new);
    }

    /** The node at a position has changed. */
    void forget(int position) {
        classes.values().forEach(known -> known.forget(position));
        properties.values().forEach(known -> known.forget(position));
    }

    /** No node is where it was. */
    void forgetPositions() {
        classes.values().forEach(NodeClasses::forgetPositions);
        properties.values().forEach(NodeProperty::forgetPositions);
    }

    // Not computeIfAbsent: that of a map in the order of access is not bound to count as one.
    private static <K, V> V find(Map<K, V> known, K key, Function<K, V> maker) {
        V found = known.get(key);
        if (found == null) {
            found = maker.apply(key);
            known.put(key, found);
        }
        return found;
    }
}
