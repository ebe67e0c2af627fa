package dev.gantry.scheduler.constraint;

import dev.gantry.v1.Affinity;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.NodeRestrictions;
import dev.gantry.v1.TaskGroup;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The requirements of a group that can be tested on one node, without looking at allocations. Groups of many jobs have
 * the same requirements.
 *
 * @param datacenters the node is in one of these datacenters; empty: in any
 * @param drivers the node offers all of these drivers
 * @param constraints the node meets all of these constraints
 * @param affinities nodes that meet these are preferred
 * @param refusing the restrictions of nodes of the cluster that don't allow the group, with the reason. It has the
 *     verdicts rather than what the group asks for, so that groups that all nodes allow have the same requirements
 */
public record NodeRequirements(
        List<String> datacenters,
        List<String> drivers,
        List<Constraint> constraints,
        List<Affinity> affinities,
        Map<NodeRestrictions, String> refusing) {

    /** Copies the lists. */
    public NodeRequirements {
        datacenters = List.copyOf(datacenters);
        drivers = List.copyOf(drivers);
        constraints = List.copyOf(constraints);
        affinities = List.copyOf(affinities);
        refusing = Map.copyOf(refusing);
    }

    /**
     * Collects the requirements of a group.
     *
     * @param job the job of the group
     * @param group the group
     * @param refusing the restrictions in the cluster that don't allow the group, with the reason
     * @throws IllegalArgumentException if a constraint has an unknown operator
     */
    public static NodeRequirements of(Job job, TaskGroup group, Map<NodeRestrictions, String> refusing) {
        Set<String> drivers = new LinkedHashSet<>();
        group.getTasksList().forEach(task -> drivers.add(task.getDriver()));
        return new NodeRequirements(
                job.getDatacentersList(),
                List.copyOf(drivers),
                Constraints.ofNode(job, group),
                Affinities.of(job, group),
                refusing);
    }
}
