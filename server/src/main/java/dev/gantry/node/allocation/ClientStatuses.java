package dev.gantry.node.allocation;

import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.TaskPhase;
import dev.gantry.v1.TaskState;
import java.util.Collection;

/**
 * Computes the client status of an allocation from the states of its tasks.
 *
 * <p>In Nomad one failed task makes a failed allocation at once. Here the allocation stays running until its last task
 * has ended, since the server gives the ports of a terminal allocation to another one.
 */
final class ClientStatuses {

    private ClientStatuses() {}

    /**
     * A task of the allocation.
     *
     * @param role the role of the task in its group
     * @param state the state of the task
     */
    record Member(TaskRole role, TaskState state) {

        private boolean is(TaskPhase phase) {
            return state.getPhase() == phase;
        }
    }

    static ClientStatus of(Collection<Member> tasks) {
        if (tasks.stream().allMatch(task -> task.is(TaskPhase.TASK_PHASE_DEAD))) {
            return tasks.stream().anyMatch(task -> task.state().getFailed())
                    ? ClientStatus.CLIENT_STATUS_FAILED
                    : ClientStatus.CLIENT_STATUS_COMPLETE;
        }
        boolean isWindingDown = tasks.stream()
                .filter(task -> task.role() == TaskRole.MAIN)
                .allMatch(task -> task.is(TaskPhase.TASK_PHASE_DEAD));
        boolean isComingUp = tasks.stream()
                .filter(task -> task.role() != TaskRole.POSTSTOP)
                .anyMatch(task -> task.is(TaskPhase.TASK_PHASE_PENDING));
        return isComingUp && !isWindingDown ? ClientStatus.CLIENT_STATUS_PENDING : ClientStatus.CLIENT_STATUS_RUNNING;
    }
}
