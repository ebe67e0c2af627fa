package dev.gantry.scheduler.reconcile;

import com.google.protobuf.Timestamp;
import dev.gantry.scheduler.plan.Stop;
import dev.gantry.v1.Allocation;
import java.util.List;
import java.util.Optional;

/**
 * A place in a group that an allocation shall fill.
 *
 * @param index which one
 * @param onNode the id of the only node that will do; empty: any
 * @param replaced the allocation that fills it now, and is to be stopped once another one can
 * @param previous the allocation that it is to succeed; empty: none
 * @param rescheduleTimes the {@code reschedule_times} to begin with
 * @param canary whether a version is tried out in it
 */
public record PlacementRequest(
        int index,
        Optional<String> onNode,
        Optional<Stop> replaced,
        Optional<Allocation> previous,
        List<Timestamp> rescheduleTimes,
        boolean canary) {

    public PlacementRequest {
        rescheduleTimes = List.copyOf(rescheduleTimes);
    }

    /** One that nothing fills. */
    public static PlacementRequest empty(int index) {
        return new PlacementRequest(index, Optional.empty(), Optional.empty(), Optional.empty(), List.of(), false);
    }

    /** The same, on one node only. */
    PlacementRequest on(String nodeId) {
        return new PlacementRequest(index, Optional.of(nodeId), replaced, previous, rescheduleTimes, canary);
    }

    /** The same, filled by an allocation that goes once another one can come. */
    PlacementRequest replacing(Stop stop) {
        return new PlacementRequest(index, onNode, Optional.of(stop), previous, rescheduleTimes, canary);
    }

    /** The same, filled by nothing any more. */
    public PlacementRequest vacated() {
        return new PlacementRequest(index, onNode, Optional.empty(), previous, rescheduleTimes, canary);
    }

    /** The same, as the successor of an allocation. */
    PlacementRequest after(Allocation predecessor, List<Timestamp> times) {
        return new PlacementRequest(index, onNode, replaced, Optional.of(predecessor), times, canary);
    }

    /** The same, for a canary or not. */
    PlacementRequest asCanary(boolean tried) {
        return new PlacementRequest(index, onNode, replaced, previous, rescheduleTimes, tried);
    }

    /** Whether it keeps up what runs, rather than to bring the version on: it follows a failure, a loss or a drain. */
    boolean isUpkeep() {
        return previous.isPresent();
    }
}
