package dev.gantry.scheduler;

import java.util.List;

/**
 * What has to happen so that the cluster runs what a job wants.
 *
 * @param placements allocations to make, in the order of groups and indexes
 * @param stops allocations to stop
 * @param groups what happens to each group: first those of the job in its order, then, by name, groups that the job has
 *     no more and that something is stopped of
 */
public record Plan(List<Placement> placements, List<Stop> stops, List<GroupOutcome> groups) {

    /** Copies the lists. */
    public Plan {
        placements = List.copyOf(placements);
        stops = List.copyOf(stops);
        groups = List.copyOf(groups);
    }
}
