package dev.gantry.scheduler;

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
record GroupAsk(long cpu, long memoryMib, List<PortAsk> ports) {

    /**
     * A port to allocate.
     *
     * @param task the task whose resources name it
     * @param label its label
     * @param number the node's port; 0: any of the dynamic range
     */
    record PortAsk(String task, String label, int number) {

        boolean isStatic() {
            return number != 0;
        }
    }

    GroupAsk {
        ports = List.copyOf(ports);
    }

    /**
     * Sums up a group.
     *
     * @param group a group, its defaults filled in
     */
    static GroupAsk of(TaskGroup group) {
        long cpu = 0;
        long memoryMib = 0;
        List<PortAsk> ports = new ArrayList<>();
        for (Task task : group.getTasksList()) {
            Resources resources = task.getResources();
            cpu += resources.getCpu();
            memoryMib += resources.getMemoryMib();
            resources
                    .getPortsList()
                    .forEach(port -> ports.add(new PortAsk(task.getName(), port.getLabel(), port.getStaticPort())));
        }
        return new GroupAsk(cpu, memoryMib, List.copyOf(ports));
    }
}
