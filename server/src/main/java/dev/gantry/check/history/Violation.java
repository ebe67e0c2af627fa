package dev.gantry.check.history;

import java.util.Set;

/**
 * A rule that the history breaks.
 *
 * @param rule the rule
 * @param description what breaks it
 * @param objects the ids of the jobs, allocations and nodes that it is about
 */
public record Violation(Rule rule, String description, Set<String> objects) {

    /** Copies the set. */
    public Violation {
        objects = Set.copyOf(objects);
    }

    /** The rules. */
    public enum Rule {
        /** Reads and writes of each job have an order that explains all answers. */
        JOB_LINEARIZABLE,
        /** A read in the end, or an index, knows each write that was acknowledged before the read began. */
        STALE_READ,
        /** Each write has an index of its own, higher than those of the writes that were acknowledged before it began. */
        INDEX_ORDER,
        /** Each acknowledged write is there in the end. */
        WRITE_LOST,
        /** No write has taken effect twice. */
        WRITE_TWICE,
        /** A request id is answered alike each time. */
        ANSWERS_DIFFER,
        /** An object at a modify_index has one state. */
        STATES_DIFFER,
        /** An allocation that has ended, or was told to stop, does not come back. */
        RESURRECTED,
        /** A job has one wanted allocation of each group and index. */
        ALLOCATION_TWICE,
        /** A batch task that has succeeded does not run again. */
        BATCH_RUN_AGAIN,
        /** A port of a node belongs to one allocation. */
        PORT_TWICE,
        /** The allocations of a node fit into it. */
        OVERCOMMITTED,
        /** A node that is drained gets no allocations. */
        PLACED_ON_DRAINING,
        /** A watch tells each change once, and in order. */
        WATCH_ORDER,
        /** A watch tells each change. */
        WATCH_LOST,
        /** A server does not forget what it has told nodes. */
        SERVER_SET_BACK,
        /** A server ends only if it is told to, and starts whatever has happened to it. */
        SERVER_FAILED,
        /** Once all faults are over, the cluster does what was asked. */
        UNSETTLED
    }
}
