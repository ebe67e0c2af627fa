package dev.gantry.scheduler.state;

import dev.gantry.scheduler.constraint.NodeInterpolation;
import dev.gantry.scheduler.constraint.NodeRequirements;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Keeps the results of testing nodes from plan to plan, since most jobs have requirements that earlier jobs had. Drops
 * the entry that was used least recently.
 */
public final class FeasibilityCache {

    /** The most requirements kept. Each takes a reference for each node: 10 MB for 5,000 nodes. */
    private static final int MOST_REQUIREMENTS = 512;

    // The most interpolated texts kept.
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

    private final Map<NodeRequirements, NodeClasses> classes = new Recent<>(MOST_REQUIREMENTS);
    private final Map<NodeInterpolation, NodeProperty> properties = new Recent<>(MOST_PROPERTIES);

    private final PlanDeadline deadline;

    /**
     * Creates an empty cache.
     *
     * @param deadline checked after each test of a node
     */
    FeasibilityCache(PlanDeadline deadline) {
        this.deadline = deadline;
    }

    /**
     * Returns the test results for some requirements.
     *
     * @param requirements the requirements of a group
     * @throws IllegalArgumentException if a constraint or an affinity is malformed
     */
    NodeClasses classes(NodeRequirements requirements) {
        return find(classes, requirements, unseen -> new NodeClasses(unseen, deadline));
    }

    /**
     * Returns the values of an interpolated text for all nodes.
     *
     * @param text the interpolated text
     */
    public NodeProperty property(NodeInterpolation text) {
        return find(properties, text, NodeProperty::new);
    }

    /** Returns for how many different requirements results are kept. */
    public int size() {
        return classes.size();
    }

    /** Drops the results for the node at a position: the node has changed. */
    void forget(int position) {
        classes.values().forEach(result -> result.forget(position));
        properties.values().forEach(result -> result.forget(position));
    }

    /** Drops the results for all positions: nodes have been added or removed, and positions now mean other nodes. */
    void forgetPositions() {
        classes.values().forEach(NodeClasses::forgetPositions);
        properties.values().forEach(NodeProperty::forgetPositions);
    }

    // Not computeIfAbsent: a LinkedHashMap in access order need not count it as an access.
    private static <K, V> V find(Map<K, V> cache, K key, Function<K, V> maker) {
        V found = cache.get(key);
        if (found == null) {
            found = maker.apply(key);
            cache.put(key, found);
        }
        return found;
    }
}
