package dev.gantry.node.state;

import dev.gantry.model.AllocationStatuses;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.JobVersion;
import java.util.Map;

/**
 * What a node remembers of an allocation.
 *
 * @param allocation the allocation; its client status, description and task states are the node's own newest word
 * @param job the version of the job that it runs
 * @param restarts what its tasks have used up of their restart policies, by task; those that have used up nothing may be
 *     left out
 */
public record StoredAllocation(Allocation allocation, JobVersion job, Map<String, RestartWindow> restarts) {

    /** Makes the map immutable. */
    public StoredAllocation {
        restarts = Map.copyOf(restarts);
    }

    /**
     * One of which nothing has run yet.
     *
     * @param allocation the allocation
     * @param job the version of the job that it runs
     */
    public StoredAllocation(Allocation allocation, JobVersion job) {
        this(allocation, job, Map.of());
    }

    /**
     * Which allocation it is.
     *
     * @return its id
     */
    public String id() {
        return allocation.getId();
    }

    /**
     * Whether nothing of it will run again.
     *
     * @return true once the node has said so
     */
    public boolean isEnded() {
        return AllocationStatuses.isTerminal(allocation);
    }
}
