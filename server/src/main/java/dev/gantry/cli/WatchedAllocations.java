package dev.gantry.cli;

import dev.gantry.model.AllocationStatuses;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskPhase;
import dev.gantry.v1.TaskState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The allocations of a job that a watch has sent so far. Prints a line for each change of one. */
final class WatchedAllocations {

    private final Consumer<String> out;
    private final long since;
    private final Map<String, Allocation> allocations = new LinkedHashMap<>();
    private boolean restarted;

    /**
     * Knows no allocations yet.
     *
     * @param since the cluster index of the operation. For allocations placed after it all changes are printed; for
     *     older ones only their end
     */
    WatchedAllocations(long since, Consumer<String> out) {
        this.since = since;
        this.out = out;
    }

    /** Updates the allocations and prints their changes. */
    void accept(List<Allocation> changed) {
        for (Allocation allocation : changed) {
            tell(allocations.put(allocation.getId(), allocation), allocation);
        }
    }

    /** Returns the allocations that are desired to run and have not ended. */
    Stream<Allocation> wanted() {
        return all().filter(AllocationStatuses::isWanted);
    }

    /** Returns the allocations that are desired to stop and have not ended. */
    Stream<Allocation> stopping() {
        return all().filter(allocation -> allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_STOP)
                .filter(allocation -> !AllocationStatuses.isTerminal(allocation));
    }

    /** Returns the allocations that were placed after the operation. */
    Stream<Allocation> placed() {
        return all().filter(this::isNew);
    }

    /** Returns all allocations. */
    Stream<Allocation> all() {
        return allocations.values().stream();
    }

    /** Returns true if a task was restarted after the operation. */
    boolean hasRestarted() {
        return restarted;
    }

    /** Returns the last event of the first task that has not started; empty if there is none, or it has no event. */
    Optional<String> pending() {
        return wanted().flatMap(allocation -> allocation.getTaskStatesList().stream()
                        .filter(task -> task.getPhase() == TaskPhase.TASK_PHASE_PENDING)
                        .filter(task -> !why(task).isEmpty())
                        .map(task -> "%s on node \"%s\": %s"
                                .formatted(title(allocation, task), allocation.getNodeName(), why(task))))
                .findFirst();
    }

    private void tell(Allocation before, Allocation now) {
        if (before == null && isNew(now)) {
            out.accept("    %s placed on node \"%s\"%s".formatted(title(now), now.getNodeName(), ports(now)));
        }
        boolean wasStopping = before != null && before.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_STOP;
        boolean isStopping = now.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_STOP;
        boolean hasEnded = AllocationStatuses.isTerminal(now);
        if (isStopping && !wasStopping && !hasEnded) {
            out.accept("    %s is being stopped%s".formatted(title(now), reason(now)));
        }
        ClientStatus statusBefore = before == null ? firstStatus(now) : before.getClientStatus();
        if (now.getClientStatus() != statusBefore) {
            out.accept("    %s %s%s".formatted(title(now), status(now.getClientStatus()), reason(now)));
        }
        if (before != null || isNew(now)) {
            now.getTaskStatesList().forEach(task -> {
                TaskState taskBefore = state(before, task.getTask());
                tellRestart(taskBefore, now, task);
                tellWait(taskBefore, now, task);
            });
        }
    }

    private static TaskState state(Allocation allocation, String task) {
        return allocation == null
                ? TaskState.getDefaultInstance()
                : allocation.getTaskStatesList().stream()
                        .filter(state -> state.getTask().equals(task))
                        .findFirst()
                        .orElse(TaskState.getDefaultInstance());
    }

    private void tellRestart(TaskState before, Allocation allocation, TaskState now) {
        if (now.getRestarts() > before.getRestarts()) {
            restarted = true;
            String why = lastRestart(now);
            out.accept("    %s is restarted%s".formatted(title(allocation, now), why.isEmpty() ? "" : ": " + why));
        }
    }

    /** Says for what a task waits, once for each thing. Nothing else tells why its allocation stays pending. */
    private void tellWait(TaskState before, Allocation allocation, TaskState now) {
        String wait = wait(now);
        if (!wait.isEmpty() && !wait.equals(wait(before))) {
            out.accept("    %s: %s".formatted(title(allocation, now), wait));
        }
    }

    private static String wait(TaskState task) {
        TaskEvent last = lastEvent(task);
        return last.getType().equals("Waiting") ? last.getMessage() : "";
    }

    private static String why(TaskState task) {
        TaskEvent last = lastEvent(task);
        return last.getType().equals("Restarting") ? lastRestart(task) : last.getMessage();
    }

    private static TaskEvent lastEvent(TaskState task) {
        int events = task.getEventsCount();
        return events == 0 ? TaskEvent.getDefaultInstance() : task.getEvents(events - 1);
    }

    /** Returns the reason for the last restart and the decision of the restart policy; empty if there is none. */
    private static String lastRestart(TaskState task) {
        List<String> messages = new ArrayList<>();
        String lastMessage = "";
        for (TaskEvent event : task.getEventsList()) {
            if (event.getType().equals("Restarting")) {
                messages = new ArrayList<>(List.of(lastMessage, event.getMessage()));
            }
            lastMessage = event.getMessage();
        }
        messages.removeIf(String::isEmpty);
        return String.join(", then ", messages);
    }

    /**
     * Returns the status that the first update of an allocation is compared with. The first status of an older
     * allocation is not printed.
     */
    private ClientStatus firstStatus(Allocation allocation) {
        return isNew(allocation) ? ClientStatus.CLIENT_STATUS_PENDING : allocation.getClientStatus();
    }

    private boolean isNew(Allocation allocation) {
        return allocation.getCreateIndex() > since;
    }

    private static String title(Allocation allocation) {
        return "Allocation \"%s\" (%s)".formatted(TextFormat.shortId(allocation.getId()), allocation.getName());
    }

    private static String title(Allocation allocation, TaskState task) {
        return "Task \"%s\" of allocation \"%s\"".formatted(task.getTask(), TextFormat.shortId(allocation.getId()));
    }

    private static String status(ClientStatus status) {
        return (status == ClientStatus.CLIENT_STATUS_FAILED ? "has " : "is ") + TextFormat.word(status);
    }

    private static String ports(Allocation allocation) {
        return allocation.getPortsCount() == 0 ? "" : ", ports: " + TextFormat.ports(allocation.getPortsList());
    }

    private static String reason(Allocation allocation) {
        return allocation.getDescription().isEmpty() ? "" : ": " + allocation.getDescription();
    }
}
