package dev.gantry.scheduler.plan;

import com.google.protobuf.Timestamp;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Node;
import java.util.List;
import java.util.Optional;

/**
 * An allocation to create.
 *
 * @param taskGroup the name of the group
 * @param index the index within the group, from 0; 0 for all allocations of a system job
 * @param jobVersion the version of the job that the allocation runs. It is an older version where that has to be kept
 *     up, such as while canaries of the newest version wait for promotion
 * @param node the node to run it
 * @param ports the ports of the node that the allocation gets, in the order in which the tasks declare them
 * @param previous the allocation that this one replaces after a failure, a loss or a drain; empty: none. The writer of
 *     the plan sets its {@code next_allocation_id} and clears its {@code next_reschedule_time}
 * @param history the reschedules that the allocation begins with
 * @param deploymentId the deployment that the allocation belongs to; empty: none
 * @param canary true for a canary
 * @param sticky true if the group's {@code ephemeral_disk} is sticky
 * @param dataOf the allocation whose data the allocation takes over; on another node, if the data is to be copied. Empty:
 *     none
 */
public record Placement(
        String taskGroup,
        int index,
        long jobVersion,
        Node node,
        List<AllocatedPort> ports,
        Optional<Allocation> previous,
        RescheduleHistory history,
        String deploymentId,
        boolean canary,
        boolean sticky,
        Optional<Allocation> dataOf) {

    /** Copies the list. */
    public Placement {
        ports = List.copyOf(ports);
    }

    /**
     * Returns the allocation that this placement creates, with what any writer of a plan sets.
     *
     * @param id the allocation's id
     * @param jobId the id of its job
     * @param now the time of creation
     */
    public Allocation.Builder allocation(String id, String jobId, Timestamp now) {
        return Allocation.newBuilder()
                .setId(id)
                .setJobId(jobId)
                .setJobVersion(jobVersion)
                .setTaskGroup(taskGroup)
                .setIndex(index)
                .setNodeId(node.getId())
                .setNodeName(node.getName())
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_RUN)
                .setCreateTime(now)
                .setModifyTime(now)
                .addAllPorts(ports)
                .setDeploymentId(deploymentId)
                .setCanary(canary)
                .setSticky(sticky)
                .setDataOfAllocationId(dataOf.map(Allocation::getId).orElse(""))
                .setDataOfNodeId(dataOf.map(Allocation::getNodeId)
                        .filter(other -> !other.equals(node.getId()))
                        .orElse(""))
                .addAllRescheduleTimes(history.times())
                .setRescheduleStep(history.step());
    }
}
