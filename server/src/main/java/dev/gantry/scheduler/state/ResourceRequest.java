package dev.gantry.scheduler.state;

import dev.gantry.v1.Resources;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.ArrayList;
import java.util.List;

/**
 * What one allocation of a group takes of a node: the sum over its tasks.
 *
 * @param cpu in MHz
 * @param memoryMib in MiB
 * @param ports in the order in which they are declared
 */
public record ResourceRequest(long cpu, long memoryMib, List<PortRequest> ports) {

    /**
     * A port to allocate.
     *
     * @param task the task whose resources name it
     * @param label its label
     * @param number the node's port; 0: any of the dynamic range
     */
    public record PortRequest(String task, String label, int number) {

        public boolean isStatic() {
            return number != 0;
        }
    }

    public ResourceRequest {
        ports = List.copyOf(ports);
    }

    /**
     * Sums up a group.
     *
     * @param group a group, its defaults filled in
     */
    static ResourceRequest of(TaskGroup group) {
        long cpu = 0;
        long memoryMib = 0;
        List<PortRequest> ports = new ArrayList<>();
        for (Task task : group.getTasksList()) {
            Resources resources = task.getResources();
            cpu += resources.getCpu();
            memoryMib += resources.getMemoryMib();
            resources
                    .getPortsList()
                    .forEach(port -> ports.add(new PortRequest(task.getName(), port.getLabel(), port.getStaticPort())));
        }
        return new ResourceRequest(cpu, memoryMib, List.copyOf(ports));
    }
}
