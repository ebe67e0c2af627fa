package dev.gantry.scheduler.plan;

import dev.gantry.v1.Deployment;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What has to happen so that the cluster runs what a job wants.
 *
 * @param placements allocations to make, in the order of groups and indexes
 * @param updates allocations that get the new version without a restart
 * @param stops allocations to stop
 * @param reschedules failed allocations that are placed anew later
 * @param deployments deployments to make or to change, at most one of them still {@code RUNNING}. Their ids are made from
 *     job and version, so that the same plan made twice means the same deployment. Of one that is stored already, take
 *     over {@code status}, {@code description} and for each group {@code desired_canaries}, {@code promoted},
 *     {@code desired_total}, {@code placed}; {@code healthy}, {@code unhealthy} and {@code progress_deadline} are as they
 *     were known when the plan was made, and may have moved on
 * @param groups what happens to each group: first those of the job in its order, then, by name, groups that the job has
 *     no more and that something is stopped of
 * @param lookAgain when to look at the job again though nothing changes: a failed allocation's time has come.
 *     Empty: not before something changes
 */
public record Plan(
        List<Placement> placements,
        List<InPlaceUpdate> updates,
        List<Stop> stops,
        List<DelayedReschedule> reschedules,
        List<Deployment> deployments,
        List<GroupOutcome> groups,
        Optional<Instant> lookAgain) {

    /** Copies the lists. */
    public Plan {
        placements = List.copyOf(placements);
        updates = List.copyOf(updates);
        stops = List.copyOf(stops);
        reschedules = List.copyOf(reschedules);
        deployments = List.copyOf(deployments);
        groups = List.copyOf(groups);
    }

    /** Whether there is nothing to write but the evaluation's end. */
    public boolean changesNothing() {
        return placements.isEmpty()
                && updates.isEmpty()
                && stops.isEmpty()
                && reschedules.isEmpty()
                && deployments.isEmpty();
    }
}
