package dev.gantry.scheduler.constraint;

import dev.gantry.v1.Affinity;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.TaskGroup;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The requirements of a group that can be tested on one node, without looking at allocations. Groups of many jobs have the same
 * requirements.
 *
 * @param datacenters the node is in one of these datacenters; empty: in any
 * @param drivers the node offers all of these drivers
 * @param constraints the node meets all of these constraints
 * @param affinities nodes that meet these are preferred
 */
public record NodeRequirements(
        List<String> datacenters, List<String> drivers, List<Constraint> constraints, List<Affinity> affinities) {

    /** Copies the lists. */
    public NodeRequirements {
        datacenters = List.copyOf(datacenters);
        drivers = List.copyOf(drivers);
        constraints = List.copyOf(constraints);
        affinities = List.copyOf(affinities);
    }

    /**
     * Collects the requirements of a group.
     *
     * @param job the job of the group
     * @param group the group
     * @throws IllegalArgumentException if a constraint has an unknown operator
     */
    public static NodeRequirements of(Job job, TaskGroup group) {
        Set<String> drivers = new LinkedHashSet<>();
        group.getTasksList().forEach(task -> drivers.add(task.getDriver()));
        return new NodeRequirements(
                job.getDatacentersList(),
                List.copyOf(drivers),
                Constraints.ofNode(job, group),
                Affinities.of(job, group));
    }
}
