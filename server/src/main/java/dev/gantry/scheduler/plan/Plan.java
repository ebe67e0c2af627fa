package dev.gantry.scheduler.plan;

import dev.gantry.scheduler.state.Reservation;
import dev.gantry.v1.Deployment;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The changes that make the cluster run a job as submitted.
 *
 * @param placements allocations to create, in the order of groups and indexes
 * @param updates allocations to update to the new version without a restart
 * @param stops allocations to stop
 * @param reschedules failed allocations to reschedule later
 * @param reservations resources to keep for allocations that wait until others have ended, which were stopped for them.
 *     They replace those of the job's earlier plans
 * @param deployments deployments to create or update, at most one of them {@code RUNNING} afterwards. A deployment's id
 *     is derived from job and version, so that a plan that is made twice means the same deployment. For a stored
 *     deployment, the writer takes over {@code status} and {@code description}, and for each group {@code
 *     desired_canaries}, {@code promoted}, {@code desired_total} and {@code placed}. The values of {@code healthy},
 *     {@code unhealthy} and {@code progress_deadline} are those of the time when the plan was made, and the stored ones
 *     may be newer
 * @param groups the effect on each group: first the groups of the job in its order, then, by name, groups that the job
 *     no longer has and whose allocations are stopped
 * @param followUpTime when to evaluate the job again even if nothing changes, since a failed allocation is then to be
 *     rescheduled; empty: not needed
 */
public record Plan(
        List<Placement> placements,
        List<InPlaceUpdate> updates,
        List<Stop> stops,
        List<DelayedReschedule> reschedules,
        List<Reservation> reservations,
        List<Deployment> deployments,
        List<GroupOutcome> groups,
        Optional<Instant> followUpTime) {

    /** Copies the lists. */
    public Plan {
        placements = List.copyOf(placements);
        updates = List.copyOf(updates);
        stops = List.copyOf(stops);
        reschedules = List.copyOf(reschedules);
        reservations = List.copyOf(reservations);
        deployments = List.copyOf(deployments);
        groups = List.copyOf(groups);
    }

    /** Returns true if the plan changes no allocation and no deployment. */
    public boolean changesNothing() {
        return placements.isEmpty()
                && updates.isEmpty()
                && stops.isEmpty()
                && reschedules.isEmpty()
                && deployments.isEmpty();
    }
}
