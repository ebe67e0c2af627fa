package dev.gantry.check.history;

import dev.gantry.model.AllocationStatuses;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.TaskState;
import java.util.List;

/**
 * The state of an allocation, as far as it is checked.
 *
 * @param id its id
 * @param job its job
 * @param version the version of its job
 * @param group its group
 * @param number which of its group's allocations it is
 * @param node the id of its node
 * @param desired what the server wants
 * @param client what the node has reported
 * @param canary true for a canary
 * @param succeeded true if all its tasks have ended with exit code 0
 * @param ports its ports
 * @param created its create_index
 * @param index its modify_index
 */
public record AllocationState(
        String id,
        String job,
        long version,
        String group,
        int number,
        String node,
        DesiredStatus desired,
        ClientStatus client,
        boolean canary,
        boolean succeeded,
        List<Integer> ports,
        long created,
        long index) {

    /** Copies the list. */
    public AllocationState {
        ports = List.copyOf(ports);
    }

    /** Returns what is checked of an allocation that a server has sent. */
    public static AllocationState of(Allocation allocation) {
        return new AllocationState(
                allocation.getId(),
                allocation.getJobId(),
                allocation.getJobVersion(),
                allocation.getTaskGroup(),
                allocation.getIndex(),
                allocation.getNodeId(),
                allocation.getDesiredStatus(),
                allocation.getClientStatus(),
                allocation.getCanary(),
                allocation.getClientStatus() == ClientStatus.CLIENT_STATUS_COMPLETE
                        && allocation.getTaskStatesCount() > 0
                        && allocation.getTaskStatesList().stream().allMatch(AllocationState::hasSucceeded),
                allocation.getPortsList().stream().map(AllocatedPort::getPort).toList(),
                allocation.getCreateIndex(),
                allocation.getModifyIndex());
    }

    private static boolean hasSucceeded(TaskState task) {
        return task.hasExitCode() && task.getExitCode() == 0;
    }

    /** Tells whether it has ended. */
    public boolean isTerminal() {
        return AllocationStatuses.isTerminal(client);
    }

    /** Tells whether it counts towards the allocations that its job needs. */
    public boolean isWanted() {
        return desired == DesiredStatus.DESIRED_STATUS_RUN && !isTerminal();
    }
}
