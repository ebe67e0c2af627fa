package dev.gantry.scheduler.constraint;

import dev.gantry.v1.Affinity;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.TaskGroup;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a group asks of a node by itself, whatever that holds. Groups of many jobs ask the same.
 *
 * @param datacenters one of these; empty: any
 * @param drivers all of these
 * @param constraints all of these must hold
 * @param affinities better, if these hold
 */
public record NodeRequirements(
        List<String> datacenters, List<String> drivers, List<Constraint> constraints, List<Affinity> affinities) {

    public NodeRequirements {
        datacenters = List.copyOf(datacenters);
        drivers = List.copyOf(drivers);
        constraints = List.copyOf(constraints);
        affinities = List.copyOf(affinities);
    }

    /**
     * Picks it from a job.
     *
     * @throws IllegalArgumentException if the operator of a constraint is none
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
