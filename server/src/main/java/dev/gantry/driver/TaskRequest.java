package dev.gantry.driver;

import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Task;
import java.util.List;
import java.util.Map;

/**
 * The input of a driver for one task.
 *
 * @param task the task; every <code>${…}</code> in its config and user is replaced already; drivers must not read its
 *     env
 * @param environment all environment variables of the task, in the order in which to set them
 * @param ports the ports of the allocation for this task
 * @param directory the directories of the task, which exist
 */
public record TaskRequest(
        Task task, Map<String, String> environment, List<AllocatedPort> ports, TaskDirectory directory) {

    /** Makes the list immutable. Keeps the map, since its order matters. */
    public TaskRequest {
        ports = List.copyOf(ports);
    }
}
