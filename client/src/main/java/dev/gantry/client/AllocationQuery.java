package dev.gantry.client;

import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.View;

/**
 * Selects allocations to list. An allocation must match all fields that are set.
 *
 * @param jobId the job; empty for any
 * @param nodeId the node's whole id; empty for any
 * @param status the client status; unspecified for any
 * @param view {@code VIEW_BASIC} leaves out the states of tasks and checks
 */
public record AllocationQuery(String jobId, String nodeId, ClientStatus status, View view) {

    /** All allocations, without the states of tasks and checks. */
    public static final AllocationQuery ALL =
            new AllocationQuery("", "", ClientStatus.CLIENT_STATUS_UNSPECIFIED, View.VIEW_BASIC);

    /**
     * Selects the allocations of one job.
     *
     * @param id the job's id
     * @return a new query
     */
    public AllocationQuery ofJob(String id) {
        return new AllocationQuery(id, nodeId, status, view);
    }

    /**
     * Selects the allocations of one node.
     *
     * @param id the node's whole id
     * @return a new query
     */
    public AllocationQuery onNode(String id) {
        return new AllocationQuery(jobId, id, status, view);
    }

    /**
     * Selects one status.
     *
     * @param wanted the status
     * @return a new query
     */
    public AllocationQuery inStatus(ClientStatus wanted) {
        return new AllocationQuery(jobId, nodeId, wanted, view);
    }

    /**
     * Includes all fields of each allocation.
     *
     * @return a new query
     */
    public AllocationQuery whole() {
        return new AllocationQuery(jobId, nodeId, status, View.VIEW_FULL);
    }
}
