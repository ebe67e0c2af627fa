package dev.gantry.client;

import dev.gantry.v1.ClientStatus;

/**
 * Which allocations to list; all that is set must match.
 *
 * @param jobId only this job's; empty: any
 * @param nodeId only this node's, by its whole id; empty: any
 * @param status only in this state; unspecified: any
 */
public record AllocationQuery(String jobId, String nodeId, ClientStatus status) {

    /** All of them. */
    public static final AllocationQuery ALL = new AllocationQuery("", "", ClientStatus.CLIENT_STATUS_UNSPECIFIED);

    /**
     * The same, of one job only.
     *
     * @param id the job
     * @return the query
     */
    public AllocationQuery ofJob(String id) {
        return new AllocationQuery(id, nodeId, status);
    }

    /**
     * The same, on one node only.
     *
     * @param id the node's whole id
     * @return the query
     */
    public AllocationQuery onNode(String id) {
        return new AllocationQuery(jobId, id, status);
    }

    /**
     * The same, in one state only.
     *
     * @param wanted the state
     * @return the query
     */
    public AllocationQuery inStatus(ClientStatus wanted) {
        return new AllocationQuery(jobId, nodeId, wanted);
    }
}
