package dev.gantry.scheduler.state;

import dev.gantry.restriction.MachineUses;
import dev.gantry.scheduler.constraint.GroupUse;
import dev.gantry.scheduler.constraint.NodeRequirements;
import dev.gantry.scheduler.state.SchedulerOptions.Algorithm;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.TaskGroup;

/**
 * A group of the job version that is planned, with the resources and nodes that its allocations need.
 *
 * @param job the job
 * @param jobVersion the version of the job
 * @param createIndex the index at which the job was first submitted
 * @param group the group
 * @param request the resources of one allocation
 * @param classes the test of nodes for the group's requirements
 * @param algorithm the order in which nodes are filled
 */
public record Demand(
        Job job,
        long jobVersion,
        long createIndex,
        TaskGroup group,
        ResourceRequest request,
        NodeClasses classes,
        Algorithm algorithm) {

    /**
     * Reads the demand of a group.
     *
     * @param cluster the cluster that is planned on
     * @param version the version of the job
     * @param group a group of that version, with its defaults filled in
     * @param algorithm the order in which nodes are filled
     * @param uses finds what tasks ask of their machine
     * @throws IllegalArgumentException if a constraint or an affinity is malformed
     */
    public static Demand of(
            ClusterState cluster, JobVersion version, TaskGroup group, Algorithm algorithm, MachineUses uses) {
        Job job = version.getJob();
        NodeClasses classes = cluster.cache()
                .classes(NodeRequirements.of(job, group, cluster.refusing(() -> GroupUse.of(group, uses))));
        return new Demand(
                job,
                version.getVersion(),
                version.getCreateIndex(),
                group,
                ResourceRequest.of(group),
                classes,
                algorithm);
    }

    /**
     * Returns the seed for the choices of one allocation.
     *
     * @param index the allocation's index within its group, from 0
     * @return the same seed for the same job, group and index
     */
    public Seed seed(int index) {
        return Seed.of(job.getId(), group.getName(), index);
    }
}
