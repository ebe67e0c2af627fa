package dev.gantry.scheduler.reconcile;

import dev.gantry.scheduler.plan.RescheduleHistory;
import dev.gantry.scheduler.plan.Stop;
import dev.gantry.v1.Allocation;
import java.util.Optional;

/**
 * An allocation that a group needs.
 *
 * @param index the index within the group, from 0
 * @param onNode the id of the only node that may run it; empty: any node
 * @param replaced the running allocation that it replaces, to be stopped when the new one has a node; empty: none
 * @param previous the ended or migrating allocation that it succeeds; empty: none
 * @param history the reschedules that the allocation begins with
 * @param canary true for a canary
 */
public record PlacementRequest(
        int index,
        Optional<String> onNode,
        Optional<Stop> replaced,
        Optional<Allocation> previous,
        RescheduleHistory history,
        boolean canary) {

    /**
     * Returns a request for an index that no allocation has.
     *
     * @param index the index within the group, from 0
     */
    public static PlacementRequest forIndex(int index) {
        return new PlacementRequest(
                index, Optional.empty(), Optional.empty(), Optional.empty(), RescheduleHistory.NONE, false);
    }

    /** Returns the same request, limited to one node. */
    PlacementRequest on(String nodeId) {
        return new PlacementRequest(index, Optional.of(nodeId), replaced, previous, history, canary);
    }

    /** Returns the same request, replacing a running allocation. */
    PlacementRequest replacing(Stop stop) {
        return new PlacementRequest(index, onNode, Optional.of(stop), previous, history, canary);
    }

    /** Returns the same request, replacing no allocation any more. */
    public PlacementRequest withoutReplaced() {
        return new PlacementRequest(index, onNode, Optional.empty(), previous, history, canary);
    }

    /** Returns the same request, as the successor of an allocation. */
    PlacementRequest after(Allocation predecessor, RescheduleHistory reschedules) {
        return new PlacementRequest(index, onNode, replaced, Optional.of(predecessor), reschedules, canary);
    }

    /** Returns the same request, for a canary or not. */
    PlacementRequest asCanary(boolean tried) {
        return new PlacementRequest(index, onNode, replaced, previous, history, tried);
    }

    /**
     * Returns true if the request replaces an allocation after a failure, a loss or a drain, rather than for a new
     * version.
     */
    boolean isUpkeep() {
        return previous.isPresent();
    }
}
