package dev.gantry.scheduler;

import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Node;
import java.util.List;

/**
 * An allocation to make.
 *
 * @param taskGroup the group
 * @param index which of the group's allocations, counted from 0
 * @param node where it shall run
 * @param ports the node's ports that it is given, in the order in which the tasks and their ports are declared
 */
public record Placement(String taskGroup, int index, Node node, List<AllocatedPort> ports) {

    /** Copies the list. */
    public Placement {
        ports = List.copyOf(ports);
    }
}
