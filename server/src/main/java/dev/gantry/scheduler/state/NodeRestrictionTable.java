package dev.gantry.scheduler.state;

import dev.gantry.restriction.Restrictions;
import dev.gantry.scheduler.constraint.GroupUse;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeRestrictions;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Counts the nodes by their restrictions. Nodes mostly have the same ones, so a group is tested by each of these, not
 * by each node.
 */
final class NodeRestrictionTable {

    private static final class Entry {

        private final Restrictions rules;
        private int nodes;

        Entry(Restrictions rules) {
            this.rules = rules;
        }
    }

    private final Map<NodeRestrictions, Entry> entries = new HashMap<>();

    void add(Node node) {
        if (isRestricted(node)) {
            entries.computeIfAbsent(node.getRestrictions(), unseen -> new Entry(Restrictions.of(unseen))).nodes++;
        }
    }

    void remove(Node node) {
        if (isRestricted(node)) {
            entries.computeIfPresent(node.getRestrictions(), (any, entry) -> --entry.nodes > 0 ? entry : null);
        }
    }

    /** Adds the entries of another table; the rules are shared. */
    void addAll(NodeRestrictionTable other) {
        other.entries.forEach((restrictions, entry) -> {
            entries.computeIfAbsent(restrictions, unseen -> new Entry(entry.rules)).nodes += entry.nodes;
        });
    }

    /**
     * Returns the restrictions that don't allow a group, with the reason.
     *
     * @param use finds what the group asks for; called only if a node has restrictions
     */
    Map<NodeRestrictions, String> refusing(Supplier<GroupUse> use) {
        if (entries.isEmpty()) {
            return Map.of();
        }
        GroupUse asked = use.get();
        Map<NodeRestrictions, String> refusing = new HashMap<>();
        entries.forEach((restrictions, entry) ->
                asked.refusal(entry.rules).ifPresent(reason -> refusing.put(restrictions, reason)));
        return refusing;
    }

    private static boolean isRestricted(Node node) {
        return !node.getRestrictions().equals(NodeRestrictions.getDefaultInstance());
    }
}
