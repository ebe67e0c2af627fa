package dev.gantry.scheduler;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How many allocations of a job are on nodes with the same value of a property. {@code distinct_hosts},
 * {@code distinct_property} and spreads all come down to this.
 */
final class Tally implements OccupantCount {

    private final NodeProperty property;
    private final Map<String, Integer> counts = new HashMap<>();
    /** How many values there are for each count, so that the least and the most are at hand. */
    private final TreeMap<Integer, Integer> valuesByCount = new TreeMap<>();

    /**
     * An empty tally.
     *
     * @param property what of a node is looked at
     */
    Tally(NodeProperty property) {
        this.property = property;
    }

    @Override
    public void change(Occupant occupant, int difference) {
        property.of(occupant.node()).ifPresent(value -> change(value, count(value), difference));
    }

    /** What a node has of the property; empty if it lacks it. */
    Optional<String> valueOf(NodeRoom node) {
        return property.of(node);
    }

    /** How many there are on nodes with a value. */
    int count(String value) {
        return counts.getOrDefault(value, 0);
    }

    /** Whether there are none at all on nodes that have the property. */
    boolean isEmpty() {
        return counts.isEmpty();
    }

    /** The smallest number at any value that one is at; there must be one. */
    int least() {
        return valuesByCount.firstKey();
    }

    /** The largest number at any value; there must be one. */
    int most() {
        return valuesByCount.lastKey();
    }

    private void change(String value, int count, int difference) {
        if (count != 0) {
            valuesByCount.merge(count, -1, Tally::sum);
        }
        if (count + difference != 0) {
            valuesByCount.merge(count + difference, 1, Tally::sum);
        }
        counts.merge(value, difference, Tally::sum);
    }

    /** None rather than 0, so that a map forgets it. */
    private static Integer sum(Integer one, Integer other) {
        return one + other == 0 ? null : one + other;
    }
}
