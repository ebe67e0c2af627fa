package dev.gantry.cli;

import dev.gantry.model.AllocationStatuses;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
            now.getTaskStatesList().forEach(task -> tellRestart(before, now, task));
        }
    }

    private void tellRestart(Allocation before, Allocation now, TaskState task) {
        int restartsBefore = before == null
                ? 0
                : before.getTaskStatesList().stream()
                        .filter(one -> one.getTask().equals(task.getTask()))
                        .mapToInt(TaskState::getRestarts)
                        .sum();
        if (task.getRestarts() > restartsBefore) {
            restarted = true;
            out.accept("    Task \"%s\" of allocation \"%s\" is restarted%s"
                    .formatted(task.getTask(), TextFormat.shortId(now.getId()), why(task)));
        }
    }

    /** Returns the reason for the last restart and the decision of the restart policy. */
    private static String why(TaskState task) {
        List<String> messages = new ArrayList<>();
        String lastMessage = "";
        for (TaskEvent event : task.getEventsList()) {
            if (event.getType().equals("Restarting")) {
                messages = new ArrayList<>(List.of(lastMessage, event.getMessage()));
            }
            lastMessage = event.getMessage();
        }
        messages.removeIf(String::isEmpty);
        return messages.isEmpty() ? "" : ": " + String.join(", then ", messages);
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
