package dev.gantry.store;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * The changes of one committed write: each changed object in its new state.
 *
 * @param index the cluster index of the write
 * @param jobs the newest versions of changed jobs
 * @param evaluations evaluations
 * @param nodes nodes
 * @param allocations allocations
 * @param assignments the allocations whose desired state or job version the server has changed, so that the server must
 *     send them to their nodes
 * @param deployments deployments
 * @param removedJobs ids of jobs that were deleted with all their objects
 * @param removedNodes ids of nodes that were deleted
 * @param variables paths of variables that were stored or deleted
 * @param access tokens and policies
 */
public record ChangeSet(
        long index,
        List<JobRecord> jobs,
        List<Evaluation> evaluations,
        List<Node> nodes,
        List<Allocation> allocations,
        List<Allocation> assignments,
        List<Deployment> deployments,
        List<String> removedJobs,
        List<String> removedNodes,
        List<String> variables,
        AccessChanges access) {

    /** Copies the lists. */
    public ChangeSet {
        jobs = List.copyOf(jobs);
        evaluations = List.copyOf(evaluations);
        nodes = List.copyOf(nodes);
        allocations = List.copyOf(allocations);
        assignments = List.copyOf(assignments);
        deployments = List.copyOf(deployments);
        removedJobs = List.copyOf(removedJobs);
        removedNodes = List.copyOf(removedNodes);
        variables = List.copyOf(variables);
    }

    /**
     * Tells whether the write changed anything that listeners need.
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
                && removedNodes.isEmpty()
                && variables.isEmpty()
                && access.isEmpty();
    }

    /** Collects the changes of a write while it runs. */
    static final class Recorder {

        final List<JobRecord> jobs = new ArrayList<>();
        final List<Evaluation> evaluations = new ArrayList<>();
        final List<Node> nodes = new ArrayList<>();
        final List<Allocation> allocations = new ArrayList<>();
        final List<Allocation> assignments = new ArrayList<>();
        final List<Deployment> deployments = new ArrayList<>();
        final List<String> removedJobs = new ArrayList<>();
        final List<String> removedNodes = new ArrayList<>();
        final List<String> variables = new ArrayList<>();
        final AccessChanges.Recorder access = new AccessChanges.Recorder();

        /** Returns the changes so far, as those of the write with an index. */
        ChangeSet at(long index) {
            return new ChangeSet(
                    index,
                    jobs,
                    evaluations,
                    nodes,
                    allocations,
                    assignments,
                    deployments,
                    removedJobs,
                    removedNodes,
                    variables,
                    access.changes());
        }
    }
}
