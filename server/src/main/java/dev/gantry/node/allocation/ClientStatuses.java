package dev.gantry.node.allocation;

import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.TaskPhase;
import dev.gantry.v1.TaskState;
import java.util.Collection;

/**
 * What the states of its tasks make of an allocation.
 *
 * <p>Unlike in Nomad, where one failed task makes a failed allocation at once, it has not ended before the last of its
 * tasks has: the server gives its ports to another one then.
 */
final class ClientStatuses {

    private ClientStatuses() {}

    /**
     * A task and what it is to its group.
     *
     * @param role what it is
     * @param state how it is
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
