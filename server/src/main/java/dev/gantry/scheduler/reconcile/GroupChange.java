package dev.gantry.scheduler.reconcile;

import dev.gantry.scheduler.plan.DelayedReschedule;
import dev.gantry.scheduler.plan.InPlaceUpdate;
import dev.gantry.scheduler.plan.Stop;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The difference between a group's allocations and what its job asks for.
 *
 * @param taskGroup the name of the group
 * @param kept how many allocations stay as they are, including ended ones that need no replacement
 * @param surplus allocations to stop, whether or not anything can be placed
 * @param updates allocations to update in place
 * @param requests allocations to place, in the order of their indexes
 * @param olderRequests allocations of the older version to place, while the newest one has only canaries or has failed;
 *     empty: none
 * @param reschedules failed allocations to reschedule later
 * @param followUpTime when to evaluate the job again even if nothing changes; empty: not needed
 * @param rollout the progress of the newest version
 */
public record GroupChange(
        String taskGroup,
        int kept,
        List<Stop> surplus,
        List<InPlaceUpdate> updates,
        List<PlacementRequest> requests,
        Optional<OlderRequests> olderRequests,
        List<DelayedReschedule> reschedules,
        Optional<Instant> followUpTime,
        Rollout rollout) {

    /**
     * Allocations of an older version to place.
     *
     * @param version the version
     * @param requests the requests
     */
    public record OlderRequests(long version, List<PlacementRequest> requests) {}

    /**
     * The progress of a group towards the newest version.
     *
     * @param canaries how many canaries are wanted before the rest is replaced; only used when a deployment begins
     * @param complete true if every index has a healthy allocation of the newest version and no older one runs
     */
    public record Rollout(int canaries, boolean complete) {

        /** The rollout of a group without a deployment. */
        public static final Rollout NONE = new Rollout(0, true);
    }

    /** Copies the lists. */
    public GroupChange {
        surplus = List.copyOf(surplus);
        updates = List.copyOf(updates);
        requests = List.copyOf(requests);
        reschedules = List.copyOf(reschedules);
    }

    /** Returns a change that only stops allocations. */
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
