package dev.gantry.client;

import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.View;

/**
 * Which allocations to list, and how much of each; all that is set must match.
 *
 * @param jobId only this job's; empty: any
 * @param nodeId only this node's, by its whole id; empty: any
 * @param status only in this state; unspecified: any
 * @param view how much of each: {@code VIEW_BASIC} leaves out how its tasks and checks are
 */
public record AllocationQuery(String jobId, String nodeId, ClientStatus status, View view) {

    /** All of them, without how their tasks and checks are. */
    public static final AllocationQuery ALL =
            new AllocationQuery("", "", ClientStatus.CLIENT_STATUS_UNSPECIFIED, View.VIEW_BASIC);

    /**
     * The same, of one job only.
     *
     * @param id the job
     * @return the query
     */
    public AllocationQuery ofJob(String id) {
        return new AllocationQuery(id, nodeId, status, view);
    }

    /**
     * The same, on one node only.
     *
     * @param id the node's whole id
     * @return the query
     */
    public AllocationQuery onNode(String id) {
        return new AllocationQuery(jobId, id, status, view);
    }

    /**
     * The same, in one state only.
     *
     * @param wanted the state
     * @return the query
     */
    public AllocationQuery inStatus(ClientStatus wanted) {
        return new AllocationQuery(jobId, nodeId, wanted, view);
    }

    /**
     * The same, with the whole of each allocation.
     *
     * @return the query
     */
    public AllocationQuery whole() {
        return new AllocationQuery(jobId, nodeId, status, View.VIEW_FULL);
    }
}
