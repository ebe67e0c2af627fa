package dev.gantry.scheduler.reconcile;

import dev.gantry.scheduler.plan.DelayedReschedule;
import dev.gantry.scheduler.plan.InPlaceUpdate;
import dev.gantry.scheduler.plan.Stop;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a group differs from what its job wants.
 *
 * @param taskGroup the group
 * @param kept how many allocations stay as they are, or are settled
 * @param surplus what has to be stopped, whatever can be placed
 * @param updates what gets the new version without a restart
 * @param requests what has to be placed, in the order of the indexes
 * @param olderRequests what has to be placed of the version before, since the new one is only tried out or has failed
 * @param reschedules what is placed anew later
 * @param lookAgain when to look again though nothing changes
 * @param rollout how far the group is on its way to the version
 */
public record GroupChange(
        String taskGroup,
        int kept,
        List<Stop> surplus,
        List<InPlaceUpdate> updates,
        List<PlacementRequest> requests,
        Optional<OlderRequests> olderRequests,
        List<DelayedReschedule> reschedules,
        Optional<Instant> lookAgain,
        Rollout rollout) {

    /**
     * Places for an older version.
     *
     * @param version that version
     * @param requests the places
     */
    public record OlderRequests(long version, List<PlacementRequest> requests) {}

    /**
     * How far a group is on its way to a version.
     *
     * @param canaries how many canaries there shall be before the rest is replaced; only of use before there is a deployment
     * @param complete whether every place has a healthy allocation of the version and nothing older runs
     */
    public record Rollout(int canaries, boolean complete) {

        /** Of a group that is not rolled out step by step. */
        public static final Rollout NONE = new Rollout(0, true);
    }

    public GroupChange {
        surplus = List.copyOf(surplus);
        updates = List.copyOf(updates);
        requests = List.copyOf(requests);
        reschedules = List.copyOf(reschedules);
    }

    /** One that only stops. */
    static GroupChange stopOnly(String taskGroup, List<Stop> surplus) {
        return new GroupChange(
                taskGroup,
                0,
                surplus,
                List.of(),
                List.of(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Rollout.NONE);
    }
}
