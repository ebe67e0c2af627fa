package dev.gantry.scheduler.plan;

import com.google.protobuf.Timestamp;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Node;
import java.util.List;
import java.util.Optional;

/**
 * An allocation to make.
 *
 * @param taskGroup the group
 * @param index which of the group's allocations, counted from 0; a system job's allocations all have 0
 * @param jobVersion the version of the job that it runs: an older one if it takes the place of one that ended while the
 *     canaries of the newest wait to be promoted
 * @param node where it shall run
 * @param ports the node's ports that it is given, in the order in which the tasks and their ports are declared
 * @param previous the allocation whose place it takes after a failure, a loss or a drain: its {@code next_allocation_id}
 *     is to be set to this one, its {@code reschedule_at} to be cleared. Empty: none, and for those of an older version
 * @param rescheduleTimes the {@code reschedule_times} that it begins with
 * @param deploymentId the deployment that it is part of; empty: none
 * @param canary whether it tries the version out
 */
public record Placement(
        String taskGroup,
        int index,
        long jobVersion,
        Node node,
        List<AllocatedPort> ports,
        Optional<Allocation> previous,
        List<Timestamp> rescheduleTimes,
        String deploymentId,
        boolean canary) {

    /** Copies the lists. */
    public Placement {
        ports = List.copyOf(ports);
        rescheduleTimes = List.copyOf(rescheduleTimes);
    }
}
