package dev.gantry.node.allocation;

import dev.gantry.driver.PreparedTask;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of one task, from its first start to the removal of its last run: calls the driver, which blocks, reports
 * what comes of it, and starts the task again if it is told to.
 *
 * <p>It is interrupted only within calls of the driver that may be; what it is told outside of them it looks for
 * itself.
 */
final class TaskThread {

    private static final Logger LOG = LoggerFactory.getLogger(TaskThread.class);

    private final TaskDriver driver;
    private final Work work;
    private final Reports reports;
    private final Thread thread;
    private final CompletableFuture<TaskStop> killed = new CompletableFuture<>();
    private final CompletableFuture<Void> detached = new CompletableFuture<>();
    private final Object lock = new Object();
    private volatile CompletableFuture<TaskStop> restarted = new CompletableFuture<>();
    /** What may be interrupted now. Guarded by the lock. */
    private Call call = Call.NONE;

    private enum Call {
        NONE,
        START,
        STOP
    }

    /**
     * Where to begin.
     *
     * @param directory the task's
     * @param found the task, if it was started by an earlier process
     * @param leftover an earlier run that has ended, and waits to be removed before the next one
     * @param delay how long to wait before the first start
     * @param directories makes the task's directory ready
     */
    record Work(
            TaskDirectory directory,
            Optional<RunningTask> found,
            Optional<RunningTask> leftover,
            Duration delay,
            AllocationDirectories directories) {}

    /** Told on the task's thread, which waits for each answer. */
    interface Reports {

        /** What to run now. Completed with nothing if it shall not run after all. */
        CompletableFuture<Optional<Start>> request();

        /** Starting failed. */
        CompletableFuture<Next> startFailed(TaskStartException failure);

        /** It runs, or was found. */
        void started(RunningTask task);

        /** It has ended. */
        CompletableFuture<Next> ended(TaskExit exit);

        /** Something went wrong that must not; it will never run. */
        void gaveUp(String why);

        /** It was killed before it ran. */
        void killedBeforeStart();
    }

    /**
     * What to start.
     *
     * @param request what to run
     * @param payload what it shall find in its directory
     * @param permission what to wait for before anything of it runs: completed with whether it may
     */
    record Start(TaskRequest request, Optional<PayloadFile> payload, CompletableFuture<Boolean> permission) {}

    /**
     * What to do with a task that has ended.
     *
     * @param removable whether what it leaves behind may be removed: its end is on the disk, or does not matter
     * @param again after how long to start it again; empty to let it rest
     */
    record Next(boolean removable, Optional<Duration> again) {}

    TaskThread(TaskDriver driver, Work work, Reports reports) {
        this.driver = driver;
        this.work = work;
        this.reports = reports;
        TaskDirectory directory = work.directory();
        this.thread = new Thread(this::run, "task-" + directory.allocation().getFileName() + "-" + directory.task());
        // A driver that hangs must not keep the program from ending.
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Ends the task for good. Does nothing once it has ended. */
    void kill(TaskStop how) {
        killed.complete(how);
        interrupt(Call.START);
    }

    /** Ends what runs now, as if it had ended by itself. Does nothing if nothing runs. */
    void restart(TaskStop how) {
        restarted.complete(how);
    }

    /** Ends this thread, but not the task: another process will find it. */
    void detach() {
        detached.complete(null);
        interrupt(Call.START);
        interrupt(Call.STOP);
    }

    /** Waits for the end of this thread. */
    void join(Duration atMost) throws InterruptedException {
        thread.join(Math.max(1, atMost.toMillis()));
    }

    private void run() {
        try {
            work.leftover().ifPresent(this::remove);
            Optional<Duration> next =
                    work.found().isPresent() ? follow(work.found().get()) : Optional.of(work.delay());
            while (next.isPresent()) {
                await(next.get());
                next = runOnce();
            }
        } catch (InterruptedException e) {
            if (!detached.isDone()) {
                reports.killedBeforeStart();
            }
        } catch (IOException e) {
            reports.gaveUp("Can't make the task's directory ready: " + e);
        } catch (RuntimeException e) {
            LOG.error("{} ended in a way that its driver must not", thread.getName(), e);
            reports.gaveUp("The driver failed: " + e);
        }
    }

    /** Returns after how long to start it again; empty if never. */
    private Optional<Duration> runOnce() throws InterruptedException, IOException {
        Optional<Start> start = reports.request().join();
        if (start.isEmpty()) {
            throw new InterruptedException("Shall not run");
        }
        work.directories().prepare(work.directory());
        if (start.get().payload().isPresent()) {
            start.get().payload().get().write(work.directory());
        }
        RunningTask task;
        begin(Call.START);
        try {
            task = start(start.get());
        } catch (TaskStartException e) {
            end();
            return reports.startFailed(e).join().again();
        } finally {
            end();
        }
        return follow(task);
    }

    /** What takes long, to make it ready, does not wait for the permission. */
    private RunningTask start(Start start) throws TaskStartException, InterruptedException {
        PreparedTask prepared = driver.prepare(start.request());
        boolean mayRun = false;
        try {
            mayRun = start.permission().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Nobody fails it", e);
        } finally {
            if (!mayRun) {
                prepared.discard();
            }
        }
        if (!mayRun) {
            throw new InterruptedException("May not run");
        }
        return prepared.run();
    }

    private Optional<Duration> follow(RunningTask task) throws InterruptedException {
        restarted = new CompletableFuture<>();
        reports.started(task);
        Next next = reports.ended(awaitExit(task)).join();
        if (next.removable()) {
            remove(task);
        }
        return next.again();
    }

    private TaskExit awaitExit(RunningTask task) throws InterruptedException {
        CompletableFuture<TaskStop> restart = restarted;
        CompletableFuture.anyOf(task.exit(), killed.copy(), detached.copy(), restart)
                .join();
        if (task.exit().isDone()) {
            return task.exit().join();
        }
        if (!detached.isDone() && !killed.isDone()) {
            stop(task, restart.join());
        } else if (!detached.isDone()) {
            stop(task, killed.join());
        }
        CompletableFuture.anyOf(task.exit(), detached.copy()).join();
        if (!task.exit().isDone()) {
            throw new InterruptedException("Left alone");
        }
        return task.exit().join();
    }

    private void stop(RunningTask task, TaskStop how) throws InterruptedException {
        begin(Call.STOP);
        try {
            task.stop(how);
        } finally {
            end();
        }
    }

    /** Waits until it is time, or until the thread is told to end. */
    private void await(Duration delay) throws InterruptedException {
        try {
            CompletableFuture.anyOf(killed.copy(), detached.copy())
                    .get(Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return;
        } catch (ExecutionException e) {
            throw new IllegalStateException("Nobody fails it", e);
        }
        throw new InterruptedException("Told to end while it waited");
    }

    private void remove(RunningTask task) {
        try {
            task.remove();
        } catch (RuntimeException e) {
            LOG.warn("Can't remove pod {}; it is swept away at the node's next start", task.podId(), e);
        }
    }

    private void begin(Call begun) throws InterruptedException {
        synchronized (lock) {
            if (detached.isDone() || (begun == Call.START && killed.isDone())) {
                throw new InterruptedException("Told to end");
            }
            call = begun;
        }
    }

    private void end() {
        synchronized (lock) {
            call = Call.NONE;
            // One that came too late is no reason to disturb the driver later.
            boolean unused = Thread.interrupted();
        }
    }

    private void interrupt(Call which) {
        synchronized (lock) {
            if (call == which) {
                thread.interrupt();
            }
        }
    }
}
