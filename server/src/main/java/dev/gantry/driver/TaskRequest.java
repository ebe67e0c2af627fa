package dev.gantry.driver;

import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Task;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The input of a driver for one task.
 *
 * @param task the task; every <code>${…}</code> in its config and user is replaced already; drivers must not read its
 *     env
 * @param environment all environment variables of the task, in the order in which to set them
 * @param secrets the names of the environment variables whose values nobody but the task may see
 * @param ports the ports of the allocation for this task
 * @param directory the directories of the task, which exist
 */
public record TaskRequest(
        Task task,
        Map<String, String> environment,
        Set<String> secrets,
        List<AllocatedPort> ports,
        TaskDirectory directory) {

    /** Makes the list and the set immutable. Keeps the map, since its order matters. */
    public TaskRequest {
        secrets = Set.copyOf(secrets);
        ports = List.copyOf(ports);
    }

    /** Leaves out the values. */
    @Override
    public String toString() {
        return "TaskRequest[task=%s, directory=%s]".formatted(task.getName(), directory);
    }
}
