package dev.gantry.node.state;

import dev.gantry.model.AllocationLife;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.JobVersion;

/**
 * What a node remembers of an allocation.
 *
 * @param allocation the allocation; its client status, description and task states are the node's own newest word
 * @param job the version of the job that it runs
 */
public record StoredAllocation(Allocation allocation, JobVersion job) {

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
        return AllocationLife.isTerminal(allocation);
    }
}
