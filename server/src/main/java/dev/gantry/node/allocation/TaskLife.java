package dev.gantry.node.allocation;

import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskExit;
import dev.gantry.node.state.RestartWindow;
import dev.gantry.v1.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The life of a task. Decides after each event what happens next, by the restart policy and by the commands to stop and
 * restart the task. Owned by the owner thread.
 */
final class TaskLife {

    private final RunnerContext context;
    private final TaskHistory history;
    private RestartWindow used;
    private String waitingFor = "";
    private boolean stopping;
    private Optional<Failure> failure = Optional.empty();
    private Restart restart = Restart.NONE;

    /** Why the run is being stopped although the task is to go on. */
    private enum Restart {
        NONE,
        /** For a reason that the restart policy counts. */
        COUNTED,
        /** On request: at once, whatever the restart policy says. */
        REQUESTED
    }

    /** Why the task is being stopped for good, and has failed by it. */
    private record Failure(EventType type, String why) {}

    TaskLife(RunnerContext context, TaskHistory history, RestartWindow used) {
        this.context = context;
        this.history = history;
        this.used = used;
    }

    TaskState state() {
        return history.state();
    }

    /** Returns true if the task is dead. Any thread may call this method. */
    boolean isDead() {
        return history.isDead();
    }

    boolean isRunning() {
        return history.isRunning();
    }

    boolean isStopping() {
        return stopping;
    }

    /** Returns the use of the restart policy. */
    RestartWindow used() {
        return used;
    }

    boolean isWaitingForRestart() {
        return used.due().isPresent();
    }

    /** Returns the rest of the wait for the next start. */
    Duration delay(RestartRule restarts) {
        return restarts.delay(used, now());
    }

    /** Records that the task is being prepared for its first start, or for a start that replaces a lost run. */
    void prepare() {
        history.setup();
    }

    /** Records that the task can't be started yet; a reason once, not each time. */
    void waiting(String why) {
        if (!why.equals(waitingFor)) {
            waitingFor = why;
            history.add(EventType.WAITING, why);
        }
    }

    /** Records that artifacts are being fetched. */
    void downloading() {
        if (!isDead()) {
            history.add(EventType.DOWNLOADING_ARTIFACTS, "The node fetches the task's artifacts");
        }
    }

    /** Records that the task waits until the node can fetch its artifacts. */
    void queued(String why) {
        if (!isDead()) {
            waiting(why);
        }
    }

    /** Records that the task runs, or was found running. */
    void started(RunningTask task) {
        waitingFor = "";
        used = used.started();
        if (!history.isRunning()) {
            history.started(task);
        }
    }

    /**
     * Stops the task. Does nothing if it is dead or being stopped.
     *
     * @param hasBegun false if there is no run and no start, so that the task is dead at once
     * @return false if nothing was done
     */
    boolean stop(String why, boolean hasBegun) {
        if (isDead() || stopping) {
            return false;
        }
        stopping = true;
        if (hasBegun) {
            history.add(EventType.KILLING, why);
        } else {
            history.neverStarted(false, EventType.KILLED, why);
        }
        return true;
    }

    /**
     * Stops the task, which has begun and fails by it: it is not restarted. Does nothing if it is dead or being stopped.
     *
     * @return false if nothing was done
     */
    boolean fail(EventType type, String why) {
        if (!stop(why, true)) {
            return false;
        }
        failure = Optional.of(new Failure(type, why));
        return true;
    }

    /** Records the end of a task that was stopped. */
    private void dieStopped() {
        failure.ifPresent(known -> history.add(known.type(), known.why()));
        history.die(failure.isPresent());
    }

    /** Restarts the task by its policy once its run has ended; returns false if it is being stopped or restarted. */
    boolean restart(String why) {
        return begin(Restart.COUNTED, EventType.KILLING, why);
    }

    /**
     * Restarts the task at once after its run has ended, without a count by its policy; returns false if it is being stopped
     * or restarted.
     */
    boolean restartOnRequest() {
        return begin(Restart.REQUESTED, EventType.KILLING, "A restart was requested");
    }

    /** Restarts the task as {@link #restartOnRequest} does, since the file of a template has changed. */
    boolean restartForTemplates() {
        return begin(Restart.REQUESTED, EventType.RESTART_SIGNALED, "Template with change_mode restart re-rendered");
    }

    /** Records an event that changes nothing else. */
    void record(EventType type, String message) {
        history.add(type, message);
    }

    private boolean begin(Restart kind, EventType event, String why) {
        if (stopping || restart != Restart.NONE) {
            return false;
        }
        restart = kind;
        history.add(event, why);
        return true;
    }

    /** Records that the task has failed before it ran. */
    void failBeforeStart(EventType type, String why) {
        history.neverStarted(true, type, why);
    }

    /** Records that the task ends before it ran, without a failure. */
    void skip(String why) {
        history.add(EventType.KILLED, why);
        dieStopped();
    }

    /** Records that an error prevents further starts. A task that is being stopped does not fail by it. */
    void giveUp(String why) {
        history.neverStarted(!stopping || failure.isPresent(), EventType.DRIVER_FAILURE, why);
    }

    /** Records that the run has ended, and decides about the next start. */
    TaskThread.Next ended(TaskExit exit, RestartRule restarts) {
        if (stopping) {
            history.ended(exit, EventType.KILLED);
            dieStopped();
            return rest();
        }
        if (restart != Restart.NONE) {
            Restart why = restart;
            restart = Restart.NONE;
            history.ended(exit, EventType.KILLED);
            return apply(
                    why == Restart.REQUESTED
                            ? RestartRule.onRequest(used)
                            : restarts.again(used, now(), context.random()));
        }
        history.ended(exit, EventType.TERMINATED);
        return apply(restarts.afterExit(exit, used, now(), context.random()));
    }

    /** Records that a start has failed, and decides about the next start. */
    TaskThread.Next startFailed(StartFailure start, RestartRule restarts) {
        if (isDead()) {
            return rest();
        }
        history.add(start.event(), start.message());
        if (stopping) {
            dieStopped();
            return rest();
        }
        return apply(restarts.afterFailedStart(start, used, now(), context.random()));
    }

    private TaskThread.Next apply(RestartRule.Decision decision) {
        if (decision instanceof RestartRule.Decision.Again again) {
            used = again.window();
            history.restarting(
                    "%s, in %.1f s".formatted(again.why(), again.delay().toMillis() / 1e3));
            return new TaskThread.Next(true, Optional.of(again.delay()));
        }
        if (decision instanceof RestartRule.Decision.Failed failed) {
            history.add(EventType.NOT_RESTARTING, failed.why());
            history.die(true);
        } else {
            history.die(false);
        }
        return rest();
    }

    private static TaskThread.Next rest() {
        return new TaskThread.Next(false, Optional.empty());
    }

    private Instant now() {
        return context.steady().instant();
    }
}
