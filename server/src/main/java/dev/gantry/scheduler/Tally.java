package dev.gantry.scheduler;

import dev.gantry.v1.Node;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How many allocations of a job are on nodes with the same value of a property. {@code distinct_hosts},
 * {@code distinct_property} and anti-affinity all come down to this.
 */
final class Tally {

    private final Interpolation property;
    private final Optional<String> taskGroup;
    private final Map<String, Integer> counts = new HashMap<>();

    /**
     * An empty tally.
     *
     * @param property what of a node is looked at
     * @param taskGroup only this group's allocations count; empty: all of the job's
     */
    Tally(Interpolation property, Optional<String> taskGroup) {
        this.property = property;
        this.taskGroup = taskGroup;
    }

    void add(Occupant occupant) {
        count(occupant, 1);
    }

    void remove(Occupant occupant) {
        count(occupant, -1);
    }

    /** How many there are on nodes like this one; empty if the node lacks the property. */
    Optional<Integer> count(Node node) {
        return property.resolve(node).map(value -> counts.getOrDefault(value, 0));
    }

    /** What a node has of the property; empty if it lacks it. */
    Optional<String> valueOf(Node node) {
        return property.resolve(node);
    }

    /** How many there are for each value that any is at. */
    Collection<Integer> counts() {
        return counts.values();
    }

    private void count(Occupant occupant, int difference) {
        if (taskGroup.filter(group -> !group.equals(occupant.taskGroup())).isEmpty()) {
            property.resolve(occupant.node())
                    .ifPresent(value ->
                            counts.merge(value, difference, (one, other) -> one + other == 0 ? null : one + other));
        }
    }
}
