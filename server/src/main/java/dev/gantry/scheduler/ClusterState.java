package dev.gantry.scheduler;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Node;

/**
 * The nodes, what runs on them, and the job versions that say what that takes.
 *
 * <p>Mutable, and owned by one thread, the caller's: nothing in here locks.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class ClusterState {

    /** An empty cluster. */
    public ClusterState() {}

    /**
     * Takes in a node, in place of what was known of it.
     *
     * @param node the node as it is now
     */
    public void putNode(Node node) {
        throw new UnsupportedOperationException();
    }

    /**
     * Takes in a version of a job. Allocations say what they take by naming their version, so it has to be known before
     * the first of them is.
     *
     * @param job the version, its defaults filled in
     */
    public void putJob(JobVersion job) {
        throw new UnsupportedOperationException();
    }

    /**
     * Takes in an allocation, in place of what was known of it. One that has ended holds nothing any more.
     *
     * @param allocation the allocation as it is now
     */
    public void putAllocation(Allocation allocation) {
        throw new UnsupportedOperationException();
    }

    /**
     * Forgets an allocation, and frees what it held. One that is not known is passed over.
     *
     * @param id its id
     */
    public void removeAllocation(String id) {
        throw new UnsupportedOperationException();
    }
}
