package dev.gantry.scheduler.state;

import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Job;
import java.util.List;

/**
 * What an allocation that has not ended holds of its node, and whose it is: so a {@link NodeUsage} says by itself all that
 * the plans of other jobs have to know of what is on a node.
 *
 * @param cpu in MHz
 * @param memoryMib in MiB
 * @param ports its ports
 * @param stopping whether it shall be stopped, so that what it holds will soon be free
 * @param allocation the allocation; the default instance if it is only planned
 * @param job the version of its job that it runs; the default instance if it is only planned
 */
public record AllocatedResources(
        long cpu, long memoryMib, List<AllocatedPort> ports, boolean stopping, Allocation allocation, Job job) {

    public AllocatedResources {
        ports = List.copyOf(ports);
    }

    /** The resources that a planned allocation will hold. */
    static AllocatedResources planned(ResourceRequest request, List<AllocatedPort> ports) {
        return new AllocatedResources(
                request.cpu(),
                request.memoryMib(),
                ports,
                false,
                Allocation.getDefaultInstance(),
                Job.getDefaultInstance());
    }

    /** The same, held by an allocation of which more is known now. */
    AllocatedResources of(Allocation changed) {
        return new AllocatedResources(cpu, memoryMib, ports, stopping, changed, job);
    }

    /** Returns true if the allocation is planned and not stored yet. */
    public boolean isPlanned() {
        return allocation.getId().isEmpty();
    }
}
