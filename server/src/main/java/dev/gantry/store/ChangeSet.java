package dev.gantry.store;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.Node;
import java.util.List;

/**
 * What one committed write changed, each object as it is now.
 *
 * @param index the cluster index of the write
 * @param jobs jobs, their newest versions
 * @param evaluations evaluations
 * @param nodes nodes
 * @param allocations allocations
 * @param orders of the allocations, those of which the server has changed its mind, so that their nodes have to be told
 * @param deployments deployments
 * @param removedJobs ids of jobs that were forgotten, with all that belonged to them
 * @param removedNodes ids of nodes that were forgotten
 */
public record ChangeSet(
        long index,
        List<JobRecord> jobs,
        List<Evaluation> evaluations,
        List<Node> nodes,
        List<Allocation> allocations,
        List<Allocation> orders,
        List<Deployment> deployments,
        List<String> removedJobs,
        List<String> removedNodes) {

    /** Makes the lists immutable. */
    public ChangeSet {
        jobs = List.copyOf(jobs);
        evaluations = List.copyOf(evaluations);
        nodes = List.copyOf(nodes);
        allocations = List.copyOf(allocations);
        orders = List.copyOf(orders);
        deployments = List.copyOf(deployments);
        removedJobs = List.copyOf(removedJobs);
        removedNodes = List.copyOf(removedNodes);
    }

    /**
     * Whether the write changed nothing that anyone watches.
     *
     * @return true if all lists are empty
     */
    public boolean isEmpty() {
        return jobs.isEmpty()
                && evaluations.isEmpty()
                && nodes.isEmpty()
                && allocations.isEmpty()
                && deployments.isEmpty()
                && removedJobs.isEmpty()
                && removedNodes.isEmpty();
    }
}
