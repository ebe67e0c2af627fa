package dev.gantry.node.state;

import dev.gantry.model.AllocationStatuses;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.JobVersion;
import java.util.Map;

/**
 * The state of an allocation on the node's disk.
 *
 * @param allocation the allocation; its client status, description and task states are the node's newest
 * @param job the version of the job that it runs
 * @param restarts the use of the restart policy by task; tasks without a restart may be left out
 */
public record StoredAllocation(Allocation allocation, JobVersion job, Map<String, RestartWindow> restarts) {

    /** Copies the map. */
    public StoredAllocation {
        restarts = Map.copyOf(restarts);
    }

    /**
     * Creates the state of an allocation without restarts.
     *
     * @param allocation the allocation
     * @param job the version of the job that it runs
     */
    public StoredAllocation(Allocation allocation, JobVersion job) {
        this(allocation, job, Map.of());
    }

    /**
     * Returns the id of the allocation.
     *
     * @return the id
     */
    public String id() {
        return allocation.getId();
    }

    /**
     * Tells whether the allocation has ended.
     *
     * @return true if its client status is terminal
     */
    public boolean isEnded() {
        return AllocationStatuses.isTerminal(allocation);
    }
}
