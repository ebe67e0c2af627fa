package dev.gantry.api;

import static dev.gantry.model.NodeLimits.LONGEST_TEXT;
import static dev.gantry.model.NodeLimits.cut;

import dev.gantry.model.NodeLimits;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.CheckState;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskState;
import java.util.List;
import java.util.Map;

/**
 * Shortens the texts for people in a node's messages, so that a node with a wordy driver is not refused. Messages
 * within the limits are passed on unchanged.
 */
final class NodeMessageTruncation {

    private static final int MOST_EVENTS = 10;
    private static final int LONGEST_OUTPUT = 512;

    private NodeMessageTruncation() {}

    /** Returns the message with its texts shortened and only the newest ten events of each task. */
    static ConnectRequest cutAll(ConnectRequest request) {
        return switch (request.getMessageCase()) {
            case REGISTER -> {
                Map<String, DriverHealth> drivers =
                        request.getRegister().getNode().getDriversMap();
                if (isShort(drivers)) {
                    yield request;
                }
                ConnectRequest.Builder shorter = request.toBuilder();
                var node = shorter.getRegisterBuilder().getNodeBuilder();
                drivers.forEach((name, health) -> node.putDrivers(name, NodeLimits.health(health)));
                yield shorter.build();
            }
            case FINGERPRINT -> {
                Map<String, DriverHealth> drivers = request.getFingerprint().getDriversMap();
                if (isShort(drivers)) {
                    yield request;
                }
                ConnectRequest.Builder shorter = request.toBuilder();
                drivers.forEach(
                        (name, health) -> shorter.getFingerprintBuilder().putDrivers(name, NodeLimits.health(health)));
                yield shorter.build();
            }
            case ALLOCATION_UPDATES -> cutUpdates(request);
            case LOG_CHUNK ->
                request.getLogChunk().getError().length() <= LONGEST_TEXT
                        ? request
                        : request.toBuilder()
                                .setLogChunk(request.getLogChunk().toBuilder()
                                        .setError(cut(request.getLogChunk().getError(), LONGEST_TEXT)))
                                .build();
            case TASK_ACTION_RESULT ->
                request.getTaskActionResult().getError().length() <= LONGEST_TEXT
                        ? request
                        : request.toBuilder()
                                .setTaskActionResult(request.getTaskActionResult().toBuilder()
                                        .setError(cut(
                                                request.getTaskActionResult().getError(), LONGEST_TEXT)))
                                .build();
            case FILE_ANSWER ->
                request.getFileAnswer().getError().length() <= LONGEST_TEXT
                        ? request
                        : request.toBuilder()
                                .setFileAnswer(request.getFileAnswer().toBuilder()
                                        .setError(cut(request.getFileAnswer().getError(), LONGEST_TEXT)))
                                .build();
            case HEARTBEAT, VARIABLES_REQUEST, DATA_QUESTION, TEMPLATE_WATCH, MESSAGE_NOT_SET -> request;
        };
    }

    private static boolean isShort(Map<String, DriverHealth> drivers) {
        return drivers.values().stream()
                .allMatch(health -> health.getDescription().length() <= LONGEST_TEXT);
    }

    private static ConnectRequest cutUpdates(ConnectRequest request) {
        List<AllocationUpdate> updates = request.getAllocationUpdates().getUpdatesList();
        if (updates.stream().allMatch(NodeMessageTruncation::isShort)) {
            return request;
        }
        ConnectRequest.Builder shorter = request.toBuilder();
        shorter.getAllocationUpdatesBuilder().getUpdatesBuilderList().forEach(update -> {
            update.setDescription(cut(update.getDescription(), LONGEST_TEXT));
            update.getTaskStatesBuilderList().forEach(NodeMessageTruncation::cutState);
            update.getChecksBuilderList().forEach(check -> check.setOutput(cut(check.getOutput(), LONGEST_OUTPUT)));
        });
        return shorter.build();
    }

    // Loops, not streams: this runs for each update of each allocation.
    private static boolean isShort(AllocationUpdate update) {
        for (TaskState state : update.getTaskStatesList()) {
            if (state.getEventsCount() > MOST_EVENTS) {
                return false;
            }
            for (TaskEvent event : state.getEventsList()) {
                if (event.getMessage().length() > LONGEST_TEXT) {
                    return false;
                }
            }
        }
        for (CheckState check : update.getChecksList()) {
            if (check.getOutput().length() > LONGEST_OUTPUT) {
                return false;
            }
        }
        return update.getDescription().length() <= LONGEST_TEXT;
    }

    private static void cutState(TaskState.Builder state) {
        int count = state.getEventsCount();
        List<TaskEvent> newest = List.copyOf(state.getEventsList().subList(Math.max(0, count - MOST_EVENTS), count));
        state.clearEvents();
        newest.forEach(event -> state.addEvents(event.toBuilder().setMessage(cut(event.getMessage(), LONGEST_TEXT))));
    }
}
