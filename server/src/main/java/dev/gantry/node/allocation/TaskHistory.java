package dev.gantry.node.allocation;

import com.google.protobuf.Timestamp;
import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskExit;
import dev.gantry.model.NodeLimits;
import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskPhase;
import dev.gantry.v1.TaskState;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Keeps the state and the newest events of a task. Owned by the owner thread; any thread may call {@link #isDead()}.
 */
final class TaskHistory {

    private static final int EVENTS = 10;

    private final InstantSource clock;
    private TaskState state;
    private volatile boolean dead;

    /** Continues from a stored state. */
    TaskHistory(TaskState state, InstantSource clock) {
        this.state = state;
        this.clock = clock;
        this.dead = state.getPhase() == TaskPhase.TASK_PHASE_DEAD;
    }

    /** Begins the history of a task that the node has just taken. */
    static TaskHistory begin(String task, InstantSource clock) {
        TaskState fresh = TaskState.newBuilder()
                .setTask(task)
                .setPhase(TaskPhase.TASK_PHASE_PENDING)
                .build();
        TaskHistory history = new TaskHistory(fresh, clock);
        history.add(EventType.RECEIVED, "The node has taken the task");
        return history;
    }

    /** Returns the reason why a task has ended: its last event that is not {@code NotRestarting}. */
    static String lastEnd(TaskState task) {
        return task.getEventsList().stream()
                .filter(event -> !event.getType().equals(EventType.NOT_RESTARTING.word()))
                .reduce((first, second) -> second)
                .map(TaskEvent::getMessage)
                .orElse("");
    }

    TaskState state() {
        return state;
    }

    boolean isDead() {
        return dead;
    }

    boolean isRunning() {
        return state.getPhase() == TaskPhase.TASK_PHASE_RUNNING;
    }

    void add(EventType type, String message) {
        state = with(state.toBuilder(), type, message);
    }

    /** Records that the task is being prepared for its first start, or for a start that replaces a lost run. */
    void setup() {
        state = with(
                state.toBuilder().setPhase(TaskPhase.TASK_PHASE_PENDING),
                EventType.SETUP,
                "The task is being prepared");
    }

    void started(RunningTask task) {
        state = with(
                state.toBuilder()
                        .setPhase(TaskPhase.TASK_PHASE_RUNNING)
                        .setPodId(task.podId())
                        .setStartTime(timestamp(task.startedAt()))
                        .clearExitCode()
                        .clearEndTime(),
                EventType.STARTED,
                "Pod %s runs".formatted(task.podId()));
    }

    /** Records that the pod has ended. The caller then records what follows: a restart or the death of the task. */
    void ended(TaskExit exit, EventType how) {
        TaskState.Builder end = state.toBuilder().clearExitCode().setEndTime(timestamp(exit.finishedAt()));
        exit.exitCode().ifPresent(end::setExitCode);
        state = with(end, how, exit.message());
    }

    /** Records that the task will be started again. */
    void restarting(String why) {
        state = with(
                state.toBuilder()
                        .setPhase(TaskPhase.TASK_PHASE_PENDING)
                        .setRestarts(state.getRestarts() + 1)
                        .setLastRestartTime(timestamp(clock.instant())),
                EventType.RESTARTING,
                why);
    }

    void neverStarted(boolean failed, EventType type, String why) {
        add(type, why);
        die(failed);
    }

    /**
     * Records that the task will not run again. A task that was stopped on purpose has not failed, whatever its exit
     * code is.
     */
    void die(boolean failed) {
        state = state.toBuilder()
                .setPhase(TaskPhase.TASK_PHASE_DEAD)
                .setFailed(failed)
                .build();
        dead = true;
    }

    private TaskState with(TaskState.Builder next, EventType type, String message) {
        next.addEvents(TaskEvent.newBuilder()
                .setTime(timestamp(clock.instant()))
                .setType(type.word())
                .setMessage(NodeLimits.cut(message, NodeLimits.LONGEST_TEXT)));
        List<TaskEvent> all = next.getEventsList();
        if (all.size() > EVENTS) {
            List<TaskEvent> newest = List.copyOf(all.subList(all.size() - EVENTS, all.size()));
            next.clearEvents().addAllEvents(newest);
        }
        return next.build();
    }

    private static Timestamp timestamp(Instant instant) {
        return ProtoTimes.toTimestampMillis(instant);
    }
}
