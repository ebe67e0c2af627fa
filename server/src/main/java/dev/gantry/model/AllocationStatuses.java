package dev.gantry.model;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;

/** Rules about the statuses of allocations. */
public final class AllocationStatuses {

    private AllocationStatuses() {}

    /**
     * Returns true if an allocation has ended: it runs nothing and holds neither resources nor ports.
     *
     * @param allocation the allocation
     * @return true once its node reported its end, or the server marked it as lost
     */
    public static boolean isTerminal(Allocation allocation) {
        return isTerminal(allocation.getClientStatus());
    }

    /**
     * Returns true if an allocation never leaves a status.
     *
     * @param status the client status of an allocation
     * @return true for complete, failed and lost
     */
    public static boolean isTerminal(ClientStatus status) {
        return switch (status) {
            case CLIENT_STATUS_COMPLETE, CLIENT_STATUS_FAILED, CLIENT_STATUS_LOST -> true;
            case CLIENT_STATUS_PENDING, CLIENT_STATUS_RUNNING, CLIENT_STATUS_UNSPECIFIED, UNRECOGNIZED -> false;
        };
    }

    /**
     * Returns true if an allocation counts towards the allocations that its job needs.
     *
     * @param allocation the allocation
     * @return true if it is desired to run and has not ended
     */
    public static boolean isWanted(Allocation allocation) {
        return allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_RUN && !isTerminal(allocation);
    }
}
