package dev.gantry.scheduler.state;

import dev.gantry.scheduler.constraint.NodeRequirements;
import dev.gantry.scheduler.state.SchedulerOptions.Algorithm;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.TaskGroup;

/**
 * What a group wants of the cluster.
 *
 * @param job its job
 * @param jobVersion the version of that
 * @param group the group
 * @param request what one of its allocations takes
 * @param classes which nodes may run it, and which of them it would rather have
 * @param algorithm which nodes are filled first
 */
public record Demand(
        Job job, long jobVersion, TaskGroup group, ResourceRequest request, NodeClasses classes, Algorithm algorithm) {

    /**
     * Reads a group.
     *
     * @throws IllegalArgumentException if one of its constraints is malformed
     */
    public static Demand of(ClusterState cluster, JobVersion version, TaskGroup group, Algorithm algorithm) {
        Job job = version.getJob();
        NodeClasses classes = cluster.cache().classes(NodeRequirements.of(job, group));
        return new Demand(job, version.getVersion(), group, ResourceRequest.of(group), classes, algorithm);
    }

    public Seed seed(int index) {
        return Seed.of(job.getId(), group.getName(), index);
    }
}
