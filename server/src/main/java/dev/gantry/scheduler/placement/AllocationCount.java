package dev.gantry.scheduler.placement;

import dev.gantry.scheduler.state.NodeProperty;
import dev.gantry.scheduler.state.NodeUsage;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Counts the allocations of the job that is being planned. A {@link PlanDraft} updates each count with every placement
 * and stop that it takes in.
 */
sealed interface AllocationCount {

    /**
     * An allocation that is counted.
     *
     * @param taskGroup its group
     * @param node the node that it runs on or is planned for
     */
    record Counted(String taskGroup, NodeUsage node) {}

    /** Adds a number, which may be negative, for the node of an allocation. */
    void change(Counted allocation, int difference);

    /** Counts one allocation more. */
    default void add(Counted allocation) {
        change(allocation, 1);
    }

    /** Counts one allocation less. */
    default void remove(Counted allocation) {
        change(allocation, -1);
    }

    /** Counts the allocations on each node. */
    final class ByNode implements AllocationCount {

        // Keyed by object and not by id, because the search asks for every node that it compares.
        private final IdentityHashMap<NodeUsage, Integer> counts = new IdentityHashMap<>();

        @Override
        public void change(Counted allocation, int difference) {
            counts.merge(allocation.node(), difference, Integer::sum);
        }

        /** Returns the number of allocations on a node. */
        int count(NodeUsage node) {
            Integer count = counts.isEmpty() ? null : counts.get(node);
            return count == null ? 0 : count;
        }
    }

    /**
     * Counts the allocations on nodes that have the same value of a property. {@code distinct_hosts},
     * {@code distinct_property} and spreads use this count.
     */
    final class ByProperty implements AllocationCount {

        private final NodeProperty property;
        private final Map<String, Integer> counts = new HashMap<>();

        /** Maps each count to the number of values that have it, so that the least and the most are found at once. */
        private final TreeMap<Integer, Integer> valuesByCount = new TreeMap<>();

        /**
         * Makes an empty count.
         *
         * @param property the property of nodes by which allocations are counted
         */
        ByProperty(NodeProperty property) {
            this.property = property;
        }

        @Override
        public void change(Counted allocation, int difference) {
            property.of(allocation.node()).ifPresent(value -> change(value, count(value), difference));
        }

        /** Returns the value of the property on a node; empty if the node lacks the property. */
        Optional<String> valueOf(NodeUsage node) {
            return property.of(node);
        }

        /** Returns the number of allocations on nodes with a value. */
        int count(String value) {
            return counts.getOrDefault(value, 0);
        }

        /** Returns true if no allocation is on a node that has the property. */
        boolean isEmpty() {
            return counts.isEmpty();
        }

        /** Returns the smallest count of all values in use; the count must not be empty. */
        int least() {
            return valuesByCount.firstKey();
        }

        /** Returns the largest count of all values in use; the count must not be empty. */
        int most() {
            return valuesByCount.lastKey();
        }

        private void change(String value, int count, int difference) {
            if (count != 0) {
                valuesByCount.merge(count, -1, ByProperty::sum);
            }
            if (count + difference != 0) {
                valuesByCount.merge(count + difference, 1, ByProperty::sum);
            }
            counts.merge(value, difference, ByProperty::sum);
        }

        /** Returns null instead of 0, so that the map drops the entry. */
        private static Integer sum(Integer one, Integer other) {
            return one + other == 0 ? null : one + other;
        }
    }
}
