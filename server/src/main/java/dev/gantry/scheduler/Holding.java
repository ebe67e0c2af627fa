package dev.gantry.scheduler;

import dev.gantry.v1.AllocatedPort;
import java.util.List;

/**
 * What an allocation that has not ended holds of its node.
 *
 * @param cpu in MHz
 * @param memoryMib in MiB
 * @param ports its ports
 * @param stopping whether it shall be stopped, so that what it holds will soon be free
 */
record Holding(long cpu, long memoryMib, List<AllocatedPort> ports, boolean stopping) {

    Holding {
        ports = List.copyOf(ports);
    }
}
