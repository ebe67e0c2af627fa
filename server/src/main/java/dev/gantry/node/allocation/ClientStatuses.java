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

    static ClientStatus of(Collection<TaskState> tasks) {
        if (tasks.stream().allMatch(task -> task.getPhase() == TaskPhase.TASK_PHASE_DEAD)) {
            return tasks.stream().anyMatch(TaskState::getFailed)
                    ? ClientStatus.CLIENT_STATUS_FAILED
                    : ClientStatus.CLIENT_STATUS_COMPLETE;
        }
        return tasks.stream().anyMatch(task -> task.getPhase() == TaskPhase.TASK_PHASE_PENDING)
                ? ClientStatus.CLIENT_STATUS_PENDING
                : ClientStatus.CLIENT_STATUS_RUNNING;
    }
}
