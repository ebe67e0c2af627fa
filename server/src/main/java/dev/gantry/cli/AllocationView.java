package dev.gantry.cli;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskState;
import java.util.Collection;
import java.util.List;

/** Shows allocations. */
record AllocationView(TimeFormat moments, VerboseOption ids) {

    /**
     * Shows a table of allocations, then those that no longer fit their nodes. Without allocations, a line that says
     * so.
     */
    List<String> all(Collection<Allocation> allocations) {
        if (allocations.isEmpty()) {
            return List.of("No allocations");
        }
        Table table = new Table("ID", "Node", "Job", "Group", "Version", "Desired", "Status", "Created", "Modified")
                .rows(
                        allocations,
                        allocation -> List.of(
                                ids.id(allocation.getId()),
                                TextFormat.orDash(allocation.getNodeName()),
                                allocation.getJobId(),
                                allocation.getTaskGroup(),
                                Long.toString(allocation.getJobVersion()),
                                TextFormat.word(allocation.getDesiredStatus()),
                                TextFormat.word(allocation.getClientStatus()),
                                moments.ago(allocation.getCreateTime()),
                                moments.ago(allocation.getModifyTime())));
        return new Sections()
                .add(table.lines())
                .section("No Longer Fit", misfits(allocations))
                .lines();
    }

    private List<String> misfits(Collection<Allocation> allocations) {
        return allocations.stream()
                .filter(allocation -> !allocation.getMisfit().isEmpty())
                .map(allocation -> "%s stays, though node \"%s\" may not run it any more: %s"
                        .formatted(ids.id(allocation.getId()), allocation.getNodeName(), allocation.getMisfit()))
                .toList();
    }

    /** Shows one object in full. */
    List<String> one(Allocation allocation) {
        Sections page = new Sections()
                .add(facts(allocation))
                .section("Ports", ports(allocation))
                .section("Checks", checks(allocation));
        for (TaskState task : allocation.getTaskStatesList()) {
            page.section("Task \"%s\" %s".formatted(task.getTask(), condition(allocation, task)), facts(task));
            page.section("Events of task \"%s\"".formatted(task.getTask()), events(task));
        }
        return page.lines();
    }

    private List<String> facts(Allocation allocation) {
        return new FieldList()
                .add("ID", allocation.getId())
                .add("Name", allocation.getName())
                .add("Job", allocation.getJobId())
                .add("Job Version", Long.toString(allocation.getJobVersion()))
                .add("Group", allocation.getTaskGroup())
                .add("Node ID", ids.id(allocation.getNodeId()))
                .add("Node Name", allocation.getNodeName())
                .add("Evaluation ID", ids.id(allocation.getEvaluationId()))
                .add("Desired Status", TextFormat.word(allocation.getDesiredStatus()))
                .add("Client Status", TextFormat.word(allocation.getClientStatus()))
                .addKnown("Healthy", health(allocation))
                .addKnown("Canary", allocation.getCanary() ? "yes" : "")
                .addKnown("Deployment ID", ids.id(allocation.getDeploymentId()))
                .addKnown("Replaces", ids.id(allocation.getPreviousAllocationId()))
                .addKnown("Replaced By", ids.id(allocation.getNextAllocationId()))
                .addKnown("Rescheduled", reschedules(allocation))
                .addKnown("Preempted By", ids.id(allocation.getPreemptedByAllocationId()))
                .addKnown("No Longer Fit", allocation.getMisfit())
                .add("Description", allocation.getDescription())
                .add("Created", moments.ago(allocation.getCreateTime()))
                .add("Modified", moments.ago(allocation.getModifyTime()))
                .lines();
    }

    private static List<String> ports(Allocation allocation) {
        return allocation.getPortsCount() == 0
                ? List.of()
                : new Table("Label", "Task", "Address")
                        .rows(
                                allocation.getPortsList(),
                                port -> List.of(port.getLabel(), port.getTask(), port.getIp() + ":" + port.getPort()))
                        .lines();
    }

    private List<String> checks(Allocation allocation) {
        return allocation.getChecksCount() == 0
                ? List.of()
                : new Table("Task", "Service", "Check", "Status", "Since", "Output")
                        .rows(
                                allocation.getChecksList(),
                                check -> List.of(
                                        check.getTask(),
                                        check.getService(),
                                        check.getCheck(),
                                        TextFormat.word(check.getStatus()),
                                        moments.ago(check.getStatusTime()),
                                        check.getOutput().lines().findFirst().orElse("")))
                        .lines();
    }

    private static String health(Allocation allocation) {
        return allocation.hasHealthy() ? TextFormat.yes(allocation.getHealthy()) : "";
    }

    private String reschedules(Allocation allocation) {
        String count = allocation.getRescheduleTimesCount() == 0
                ? ""
                : TextFormat.count(allocation.getRescheduleTimesCount(), "time");
        String next = allocation.hasNextRescheduleTime()
                ? "next at " + TimeFormat.exact(allocation.getNextRescheduleTime())
                : "";
        return count + (count.isEmpty() || next.isEmpty() ? "" : ", ") + next;
    }

    /**
     * Describes a task's state. For a lost allocation it is the last reported state: the node may only be disconnected.
     */
    private static String condition(Allocation allocation, TaskState task) {
        boolean isLost = allocation.getClientStatus() == ClientStatus.CLIENT_STATUS_LOST;
        return (isLost ? "was " : "is ")
                + TextFormat.word(task.getPhase())
                + (task.getFailed() ? " (failed)" : "")
                + (isLost ? " when it was last heard of" : "");
    }

    private List<String> facts(TaskState task) {
        return new FieldList()
                .add("Started", TimeFormat.exact(task.getStartTime()))
                .add("Finished", TimeFormat.exact(task.getEndTime()))
                .add("Exit Code", task.hasExitCode() ? Integer.toString(task.getExitCode()) : "")
                .add("Restarts", restarts(task))
                .add("Pod", task.getPodId())
                .lines();
    }

    private String restarts(TaskState task) {
        return task.getRestarts()
                + (task.hasLastRestartTime() ? ", the last " + moments.ago(task.getLastRestartTime()) : "");
    }

    private static List<String> events(TaskState task) {
        return task.getEventsCount() == 0
                ? List.of()
                : new Table("Time", "Type", "Message")
                        .rows(task.getEventsList(), AllocationView::cells)
                        .lines();
    }

    private static List<String> cells(TaskEvent event) {
        return List.of(TimeFormat.exact(event.getTime()), event.getType(), event.getMessage());
    }
}
