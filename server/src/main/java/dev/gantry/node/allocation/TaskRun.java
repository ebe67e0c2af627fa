package dev.gantry.node.allocation;

import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.driver.TaskDriver;
import dev.gantry.driver.TaskExit;
import dev.gantry.driver.TaskRequest;
import dev.gantry.v1.TaskState;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One task of an allocation: what happened to it, and its thread while it lives. Owned by the owner thread. */
final class TaskRun {

    private static final Logger LOG = LoggerFactory.getLogger(TaskRun.class);

    private final RunnerContext context;
    private final String driverName;
    private final TaskDirectory directory;
    private final TaskHistory history;
    private final Predicate<TaskRun> changed;
    private Optional<RunningTask> found = Optional.empty();
    private Optional<TaskThread> thread = Optional.empty();
    private boolean killing;

    TaskRun(
            RunnerContext context,
            String driverName,
            TaskDirectory directory,
            TaskHistory history,
            Predicate<TaskRun> changed) {
        this.context = context;
        this.driverName = driverName;
        this.directory = directory;
        this.history = history;
        this.changed = changed;
    }

    String name() {
        return directory.task();
    }

    TaskState state() {
        return history.state();
    }

    TaskDirectory directory() {
        return directory;
    }

    /** May be asked on any thread. */
    boolean isDead() {
        return history.isDead();
    }

    boolean hasFailed() {
        return history.state().getFailed();
    }

    /** Looks for the task of an earlier process; returns what the driver calls it. */
    Optional<String> find() {
        if (!isDead()) {
            try {
                found = context.driver(driverName).flatMap(driver -> driver.find(directory));
            } catch (RuntimeException e) {
                LOG.error("Driver {} failed over the earlier run in {}", driverName, directory, e);
                fail("The driver can't tell what became of it: " + e);
            }
        }
        return found.map(RunningTask::podId);
    }

    /** Begins to run, or goes on with what was found. Does nothing if the task is dead. */
    void start(TaskRequest request) {
        if (isDead()) {
            return;
        }
        Optional<TaskDriver> driver = context.driver(driverName);
        if (driver.isEmpty()) {
            fail("This node has no driver \"%s\"".formatted(driverName));
            return;
        }
        if (found.isEmpty()) {
            history.add(EventType.SETUP, "The task is being made ready");
        }
        TaskThread started = new TaskThread(
                driver.get(), new TaskThread.Work(request, found, context.directories()), policy(), new Posted());
        thread = Optional.of(started);
        started.start();
        if (killing) {
            started.kill();
        }
    }

    /** The task will not run, since something before its start has failed. */
    void fail(String why) {
        if (!isDead()) {
            history.neverStarted(true, EventType.DRIVER_FAILURE, why);
            tell();
        }
    }

    /** Stops the task. Does nothing if it is dead or being stopped. */
    void kill(String why) {
        if (isDead() || killing) {
            return;
        }
        killing = true;
        if (thread.isEmpty() && found.isEmpty()) {
            history.neverStarted(false, EventType.KILLED, why);
        } else {
            history.add(EventType.KILLING, why);
            thread.ifPresent(TaskThread::kill);
        }
        tell();
    }

    void detach() {
        thread.ifPresent(TaskThread::detach);
    }

    void join(Duration atMost) throws InterruptedException {
        if (thread.isPresent()) {
            thread.get().join(atMost);
        }
    }

    /** Says that something has happened; returns whether it is on the disk. */
    private boolean tell() {
        return changed.test(this);
    }

    private TaskThread.Policy policy() {
        return new TaskThread.Policy(
                context.restarts(),
                context.killTimeout(),
                new SplittableRandom(context.random().nextLong()));
    }

    /** Brings what the task's thread reports to the owner thread. */
    private final class Posted implements TaskThread.Reports {

        @Override
        public void startFailed(String why, Duration retryIn) {
            post(() -> history.add(
                    EventType.DRIVER_FAILURE, "%s; trying again in %.1f s".formatted(why, retryIn.toMillis() / 1e3)));
        }

        @Override
        public void started(RunningTask task) {
            post(() -> {
                if (!history.isRunning()) {
                    history.started(task);
                }
            });
        }

        @Override
        public CompletableFuture<Boolean> ended(TaskExit exit) {
            return CompletableFuture.supplyAsync(
                    () -> {
                        history.ended(exit, killing);
                        return tell();
                    },
                    context.owner());
        }

        @Override
        public void gaveUp(String why) {
            post(() -> {
                if (!isDead()) {
                    history.neverStarted(!killing, EventType.DRIVER_FAILURE, why);
                }
            });
        }

        @Override
        public void killedBeforeStart() {
            post(() -> history.neverStarted(false, EventType.KILLED, "Stopped before it ran"));
        }

        private void post(Runnable change) {
            context.owner().execute(() -> {
                change.run();
                tell();
            });
        }
    }
}
