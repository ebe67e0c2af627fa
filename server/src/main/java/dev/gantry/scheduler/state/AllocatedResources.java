package dev.gantry.scheduler.state;

import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Job;
import java.util.Collection;
import java.util.List;

/**
 * The resources that a live allocation takes of its node, with the allocation and its job. So a {@link NodeUsage} has
 * everything that the plan of another job needs of the node, such as the allocations that it may preempt.
 *
 * @param cpu in MHz
 * @param memoryMib in MiB
 * @param diskMib in MiB
 * @param ports the ports it has
 * @param stopping true if the allocation is to stop, so that the resources become free soon
 * @param allocation the allocation; the default instance if it is only planned
 * @param job the version of its job that it runs; the default instance if it is only planned
 */
public record AllocatedResources(
        long cpu,
        long memoryMib,
        long diskMib,
        List<AllocatedPort> ports,
        boolean stopping,
        Allocation allocation,
        Job job) {

    /** Copies the list. */
    public AllocatedResources {
        ports = List.copyOf(ports);
    }

    /** Returns the resources that a planned allocation will take. */
    static AllocatedResources planned(ResourceRequest request, List<AllocatedPort> ports) {
        return new AllocatedResources(
                request.cpu(),
                request.memoryMib(),
                request.diskMib(),
                ports,
                false,
                Allocation.getDefaultInstance(),
                Job.getDefaultInstance());
    }

    /**
     * Returns what some allocations take together.
     *
     * @param all their resources
     */
    public static AllocatedResources sum(Collection<AllocatedResources> all) {
        return new AllocatedResources(
                all.stream().mapToLong(AllocatedResources::cpu).sum(),
                all.stream().mapToLong(AllocatedResources::memoryMib).sum(),
                all.stream().mapToLong(AllocatedResources::diskMib).sum(),
                all.stream().flatMap(one -> one.ports().stream()).toList(),
                false,
                Allocation.getDefaultInstance(),
                Job.getDefaultInstance());
    }

    /**
     * Returns the part of these resources that others do not cover. The ports stay.
     *
     * @param other the other resources
     */
    public AllocatedResources beyond(AllocatedResources other) {
        return new AllocatedResources(
                Math.max(0, cpu - other.cpu),
                Math.max(0, memoryMib - other.memoryMib),
                Math.max(0, diskMib - other.diskMib),
                ports,
                stopping,
                allocation,
                job);
    }

    /** Returns the same resources with a newer state of the allocation. */
    AllocatedResources of(Allocation changed) {
        return new AllocatedResources(cpu, memoryMib, diskMib, ports, stopping, changed, job);
    }

    /** Returns true if the allocation is planned and not stored yet. */
    public boolean isPlanned() {
        return allocation.getId().isEmpty();
    }
}
