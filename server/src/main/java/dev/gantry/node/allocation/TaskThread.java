package dev.gantry.node.allocation;

import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.driver.TaskDriver;
import dev.gantry.driver.TaskExit;
import dev.gantry.driver.TaskRequest;
import dev.gantry.driver.TaskStartException;
import dev.gantry.driver.TaskStop;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of one task, from its start to its removal: calls the driver, which blocks, and reports what comes of it.
 *
 * <p>An interrupt is how it is told to kill the task, once; or, after {@link #detach()}, to leave the task alone and end.
 */
final class TaskThread {

    private static final Logger LOG = LoggerFactory.getLogger(TaskThread.class);

    private final TaskDriver driver;
    private final Work work;
    private final Policy policy;
    private final Reports reports;
    private final Thread thread;
    private volatile boolean detached;

    /**
     * What to do.
     *
     * @param request what to run
     * @param found the task, if it was started by an earlier process
     * @param directories makes the task's directory ready
     */
    record Work(TaskRequest request, Optional<RunningTask> found, AllocationDirectories directories) {}

    /**
     * How to do it.
     *
     * @param restarts when a start that failed is tried again
     * @param killTimeout how long a task may take to end by itself
     * @param random spreads delays; used by this thread only
     */
    record Policy(RestartPolicy restarts, Duration killTimeout, RandomGenerator random) {}

    /** Told on the task's thread. */
    interface Reports {

        /** Starting failed and is tried again. */
        void startFailed(String why, Duration retryIn);

        /** It runs, or was found. */
        void started(RunningTask task);

        /** It has ended. Completed with whether that is on the disk: nothing of it is removed before. */
        CompletableFuture<Boolean> ended(TaskExit exit);

        /** It will never run. */
        void gaveUp(String why);

        /** It was killed before it ran. */
        void killedBeforeStart();
    }

    TaskThread(TaskDriver driver, Work work, Policy policy, Reports reports) {
        this.driver = driver;
        this.work = work;
        this.policy = policy;
        this.reports = reports;
        TaskDirectory directory = work.request().directory();
        this.thread = new Thread(this::run, "task-" + directory.allocation().getFileName() + "-" + directory.task());
        // A driver that hangs must not keep the program from ending.
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** To be called once at most, after {@link #start()}, and not once the task has ended. */
    void kill() {
        thread.interrupt();
    }

    /** Ends this thread, but not the task: another process will find it. */
    void detach() {
        detached = true;
        thread.interrupt();
    }

    /** Waits for the end of this thread. */
    void join(Duration atMost) throws InterruptedException {
        thread.join(Math.max(1, atMost.toMillis()));
    }

    private void run() {
        try {
            RunningTask task = work.found().isPresent() ? work.found().get() : start(work.request());
            reports.started(task);
            TaskExit exit = awaitExit(task);
            // join, unlike get, is not disturbed by a kill that comes too late.
            if (reports.ended(exit).join()) {
                remove(task);
            }
        } catch (TaskStartException e) {
            reports.gaveUp(e.getMessage());
        } catch (InterruptedException e) {
            if (!detached) {
                reports.killedBeforeStart();
            }
        } catch (IOException e) {
            reports.gaveUp("Can't make the task's directory: " + e);
        } catch (RuntimeException e) {
            LOG.error("{} ended in a way that its driver must not", thread.getName(), e);
            reports.gaveUp("The driver failed: " + e);
        }
    }

    private RunningTask start(TaskRequest request) throws TaskStartException, InterruptedException, IOException {
        for (int failures = 1; ; failures++) {
            work.directories().prepare(request.directory());
            try {
                return driver.start(request);
            } catch (TaskStartException e) {
                Optional<Duration> delay = policy.restarts().delayAfter(failures, policy.random());
                if (!e.isWorthRetrying() || delay.isEmpty()) {
                    throw e;
                }
                reports.startFailed(e.getMessage(), delay.get());
                Thread.sleep(delay.get().toMillis());
            }
        }
    }

    private TaskExit awaitExit(RunningTask task) throws InterruptedException {
        try {
            return get(task.exit());
        } catch (InterruptedException e) {
            if (detached) {
                throw e;
            }
            task.stop(TaskStop.within(policy.killTimeout()));
            return get(task.exit());
        }
    }

    private void remove(RunningTask task) {
        // A kill that came too late is no reason to disturb the driver.
        boolean unused = Thread.interrupted();
        try {
            task.remove();
        } catch (RuntimeException e) {
            LOG.warn("Can't remove pod {}; it is swept away at the node's next start", task.podId(), e);
        }
    }

    private static TaskExit get(CompletableFuture<TaskExit> exit) throws InterruptedException {
        try {
            return exit.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("An exit never fails", e.getCause());
        }
    }
}
