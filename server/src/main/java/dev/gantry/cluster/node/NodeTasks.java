package dev.gantry.cluster.node;

import dev.gantry.cluster.job.JobVersionCache;
import dev.gantry.model.AllocationStatuses;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Task;
import java.util.List;
import java.util.Optional;

/**
 * Finds the tasks that nodes ask something for. A node may ask only for tasks of allocations that are to run on it and have
 * not ended.
 *
 * @param reader reads allocations
 * @param jobVersions finds the jobs of allocations
 */
record NodeTasks(StoreReader reader, JobVersionCache jobVersions) {

    /**
     * A task of a node.
     *
     * @param jobId its job
     * @param task the task
     */
    record Found(String jobId, Task task) {}

    /** Finds a task; empty if it is none of the node's. May block on the database. */
    Optional<Found> find(String nodeId, String allocationId, String task) {
        return reader.allocations()
                .find(allocationId)
                .filter(found -> found.getNodeId().equals(nodeId) && !AllocationStatuses.isTerminal(found))
                .flatMap(allocation -> task(allocation, task).map(found -> new Found(allocation.getJobId(), found)));
    }

    /** Returns the error for a task that was not found. */
    static String missing(String allocationId, String task) {
        return "Allocation %s has no task \"%s\" to start on this node".formatted(allocationId, task);
    }

    private Optional<Task> task(Allocation allocation, String name) {
        return jobVersions.of(List.of(allocation)).stream()
                .map(JobVersion::getJob)
                .flatMap(job -> job.getTaskGroupsList().stream())
                .filter(group -> group.getName().equals(allocation.getTaskGroup()))
                .flatMap(group -> group.getTasksList().stream())
                .filter(task -> task.getName().equals(name))
                .findFirst();
    }
}
