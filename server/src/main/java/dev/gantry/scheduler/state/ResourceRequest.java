package dev.gantry.scheduler.state;

import dev.gantry.v1.Resources;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.ArrayList;
import java.util.List;

/**
 * The resources that one allocation of a group needs: the sum over its tasks, and the disk of the group.
 *
 * @param cpu in MHz
 * @param memoryMib in MiB
 * @param diskMib in MiB; 0 if the group says nothing about it
 * @param ports the ports in the order in which the job declares them
 */
public record ResourceRequest(long cpu, long memoryMib, long diskMib, List<PortRequest> ports) {

    /**
     * A port to allocate.
     *
     * @param task the name of the task that declares the port
     * @param label the port's label
     * @param number the static port; 0 for a dynamic one
     */
    public record PortRequest(String task, String label, int number) {

        /** Returns true if the job asks for a certain port rather than for a dynamic one. */
        public boolean isStatic() {
            return number != 0;
        }
    }

    /** Copies the list. */
    public ResourceRequest {
        ports = List.copyOf(ports);
    }

    /**
     * Sums up the resources of a group.
     *
     * @param group a group, with its defaults filled in
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
        return new ResourceRequest(cpu, memoryMib, group.getEphemeralDisk().getSizeMib(), List.copyOf(ports));
    }
}
