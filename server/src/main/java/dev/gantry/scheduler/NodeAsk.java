package dev.gantry.scheduler;

import dev.gantry.v1.Affinity;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.List;

/**
 * What a group asks of a node by itself, whatever that holds. Groups of many jobs ask the same.
 *
 * @param datacenters one of these; empty: any
 * @param drivers all of these
 * @param constraints all of these must hold
 * @param affinities better, if these hold
 */
record NodeAsk(
        List<String> datacenters, List<String> drivers, List<Constraint> constraints, List<Affinity> affinities) {

    NodeAsk {
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
    static NodeAsk of(Job job, TaskGroup group) {
        return new NodeAsk(
                job.getDatacentersList(),
                group.getTasksList().stream().map(Task::getDriver).distinct().toList(),
                Constraints.ofNode(job, group),
                Affinities.of(job, group));
    }
}
