package dev.gantry.model;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;

/** Where an allocation is in its life. */
public final class AllocationStatuses {

    private AllocationStatuses() {}

    /**
     * Whether an allocation has ended: it runs nothing and holds neither resources nor ports.
     *
     * @param allocation any allocation
     * @return true once its node said that it ended, or the server gave its node up
     */
    public static boolean isTerminal(Allocation allocation) {
        return isTerminal(allocation.getClientStatus());
    }

    /**
     * Whether a status is one that an allocation never leaves.
     *
     * @param status what a node or the server says of an allocation
     * @return true for complete, failed and lost
     */
    public static boolean isTerminal(ClientStatus status) {
        return switch (status) {
            case CLIENT_STATUS_COMPLETE, CLIENT_STATUS_FAILED, CLIENT_STATUS_LOST -> true;
            case CLIENT_STATUS_PENDING, CLIENT_STATUS_RUNNING, CLIENT_STATUS_UNSPECIFIED, UNRECOGNIZED -> false;
        };
    }

    /**
     * Whether an allocation counts as one of those its job wants.
     *
     * @param allocation any allocation
     * @return true if it shall run and has not ended
     */
    public static boolean isWanted(Allocation allocation) {
        return allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_RUN && !isTerminal(allocation);
    }
}
