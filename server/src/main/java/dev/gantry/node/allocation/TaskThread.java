package dev.gantry.node.allocation;

import dev.gantry.driver.PreparedTask;
import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.driver.TaskDriver;
import dev.gantry.driver.TaskExit;
import dev.gantry.driver.TaskRequest;
import dev.gantry.driver.TaskStartException;
import dev.gantry.driver.TaskStop;
import dev.gantry.node.artifact.ArtifactException;
import dev.gantry.node.artifact.ArtifactRequest;
import dev.gantry.node.artifact.Artifacts;
import dev.gantry.node.template.TemplateFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of one task, from its first start to the removal of its last run. It calls the driver, whose calls block,
 * and reports to the owner thread. If the answer to a report says so, it starts the task again.
 *
 * <p>The thread is interrupted only within calls of the driver, and fetches of artifacts, that may be interrupted. Elsewhere the thread checks for
 * commands itself, and ends by a {@link Cancelled}.
 */
final class TaskThread {

    private static final Logger LOG = LoggerFactory.getLogger(TaskThread.class);

    private final TaskDriver driver;
    private final Work work;
    private final Reports reports;
    private final Thread thread;
    private final CompletableFuture<Kill> killed = new CompletableFuture<>();
    private final CompletableFuture<Void> detached = new CompletableFuture<>();
    private final Object lock = new Object();
    private volatile CompletableFuture<TaskStop> restarted = new CompletableFuture<>();
    /** The call of the driver that may be interrupted now. Guarded by the lock. */
    private Call call = Call.NONE;
    /** Work to do while the task runs. Guarded by the lock. */
    private final Deque<Runnable> beside = new ArrayDeque<>();
    /** Completed when there is such work. Guarded by the lock. */
    private CompletableFuture<Void> hasWork = new CompletableFuture<>();

    private enum Call {
        NONE,
        START,
        STOP
    }

    /**
     * The starting point of the thread.
     *
     * @param directory the directory of the task
     * @param found the running task, if an earlier process has started it
     * @param leftover an earlier run whose end is known; the thread removes it before the next run
     * @param delay the wait before the first start
     * @param directories prepares the directory of the task
     * @param artifacts fetches its artifacts
     */
    record Work(
            TaskDirectory directory,
            Optional<RunningTask> found,
            Optional<RunningTask> leftover,
            Duration delay,
            AllocationDirectories directories,
            Artifacts artifacts) {}

    /** Takes the reports of the thread. Called on this thread, which waits for each answer. */
    interface Reports {

        /** Requests a start of the task. The future completes with an empty value if the task must not start. */
        CompletableFuture<Optional<Start>> request();

        /** Reports that artifacts are being fetched. */
        void downloading();

        /** Reports that the node can't fetch the artifacts yet. */
        void queued(String why);

        /** Reports that a start has failed. */
        CompletableFuture<Next> startFailed(StartFailure failure);

        /** Reports that the task runs, or was found. */
        void started(RunningTask task);

        /** Reports that the task has ended. */
        CompletableFuture<Next> ended(TaskExit exit);

        /** Reports an error that prevents further starts. */
        void gaveUp(String why);

        /** Reports that the task was stopped before it ran. */
        void killedBeforeStart();
    }

    /**
     * A start of the task.
     *
     * @param request makes the request to the driver from the environment variables of templates
     * @param payload the payload file, if there is one
     * @param artifacts the artifacts; those that an earlier start has fetched are left out
     * @param templates renders the templates, which an artifact may have brought
     * @param permission completed with true once the task may run, or with false if it must not
     */
    record Start(
            Function<Map<String, String>, TaskRequest> request,
            Optional<PayloadFile> payload,
            List<ArtifactRequest> artifacts,
            Rendering templates,
            CompletableFuture<Boolean> permission) {

        /** Copies the list. */
        Start {
            artifacts = List.copyOf(artifacts);
        }
    }

    /** Renders the templates of a task before it starts. */
    @FunctionalInterface
    interface Rendering {

        /** Writes the files, and returns the environment variables that they have. */
        Map<String, String> render() throws TemplateFailure;
    }

    /**
     * The next step after the end of a task.
     *
     * @param removable whether the run may be removed: its end is on disk, or does not matter
     * @param again the wait before the next start; empty if there is none
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

    /** Stops the task and does not restart it. Does nothing if it has ended. */
    void kill(TaskStop how, Duration delay) {
        killed.complete(new Kill(how, delay));
        interrupt(Call.START);
    }

    /**
     * Stops the current run. The restart policy then decides as after a run that ended by itself. Does nothing if the
     * task does not run.
     */
    void restart(TaskStop how) {
        restarted.complete(how);
    }

    /**
     * Does work on this thread while the task runs, after the work that was given before. Drops it if the task does not run.
     *
     * @param work the work
     */
    void runBeside(Runnable work) {
        synchronized (lock) {
            beside.addLast(work);
            hasWork.complete(null);
        }
    }

    /** Ends this thread, but not the task: a later process will find it. */
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
        } catch (Cancelled | InterruptedException e) {
            if (!detached.isDone()) {
                reports.killedBeforeStart();
            }
        } catch (IOException e) {
            reports.gaveUp("Can't prepare the task's directory: " + e);
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("The driver failed in the thread {}", thread.getName(), e);
            reports.gaveUp("The driver failed: " + e);
        }
    }

    /** Runs the task once. Returns the wait before the next start; empty if there is none. */
    private Optional<Duration> runOnce() throws Cancelled, InterruptedException, IOException {
        Start start = awaitRequest();
        work.directories().prepare(work.directory());
        if (start.payload().isPresent()) {
            start.payload().get().write(work.directory());
        }
        RunningTask task;
        try {
            fetch(start.artifacts());
            TaskRequest request = start.request().apply(start.templates().render());
            task = start(request, start.permission());
        } catch (TaskStartException e) {
            return reports.startFailed(StartFailure.of(e)).join().again();
        } catch (ArtifactException e) {
            return reports.startFailed(StartFailure.of(e)).join().again();
        } catch (TemplateFailure e) {
            return reports.startFailed(StartFailure.of(e)).join().again();
        }
        return follow(task);
    }

    private void fetch(List<ArtifactRequest> artifacts)
            throws ArtifactException, Cancelled, InterruptedException, IOException {
        List<ArtifactRequest> missing = work.artifacts().missing(artifacts, work.directory());
        if (missing.isEmpty()) {
            return;
        }
        reports.downloading();
        begin(Call.START);
        try {
            for (ArtifactRequest artifact : missing) {
                work.artifacts().fetch(artifact, work.directory(), reports::queued);
            }
        } finally {
            end();
        }
    }

    /** Waits until the task may start, which it may not before the server has the variables that it needs. */
    private Start awaitRequest() throws Cancelled {
        CompletableFuture<Optional<Start>> request = reports.request();
        CompletableFuture.anyOf(request, killed.copy(), detached.copy()).join();
        if (!request.isDone() || request.join().isEmpty()) {
            throw new Cancelled();
        }
        return request.join().get();
    }

    /** Prepares the task, which may take long, before it waits for the permission. */
    private RunningTask start(TaskRequest request, CompletableFuture<Boolean> permission)
            throws TaskStartException, Cancelled, InterruptedException {
        begin(Call.START);
        try {
            PreparedTask prepared = driver.prepare(request);
            if (!mayRun(prepared, permission)) {
                throw new Cancelled();
            }
            return prepared.run();
        } finally {
            end();
        }
    }

    /** Waits for the permission. Discards what was prepared unless it may run. */
    private static boolean mayRun(PreparedTask prepared, CompletableFuture<Boolean> permission)
            throws InterruptedException {
        boolean mayRun = false;
        try {
            mayRun = permission.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("This future never fails", e);
        } finally {
            if (!mayRun) {
                prepared.discard();
            }
        }
        return mayRun;
    }

    /** Waits for the end of a run. Returns the wait before the next start; empty if there is none. */
    private Optional<Duration> follow(RunningTask task) throws Cancelled, InterruptedException {
        restarted = new CompletableFuture<>();
        // What was for an earlier run.
        var unused = takeWork();
        reports.started(task);
        Next next = reports.ended(awaitExit(task)).join();
        if (next.removable()) {
            remove(task);
        }
        return next.again();
    }

    private TaskExit awaitExit(RunningTask task) throws Cancelled, InterruptedException {
        CompletableFuture<TaskStop> restart = restarted;
        CompletableFuture<Object> end = CompletableFuture.anyOf(task.exit(), killed.copy(), detached.copy(), restart);
        workUntil(end);
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
            throw new Cancelled();
        }
        return task.exit().join();
    }

    /** Does work beside the task until it ends or has to be ended. */
    private void workUntil(CompletableFuture<Object> end) {
        while (true) {
            CompletableFuture<Void> next;
            synchronized (lock) {
                next = hasWork;
            }
            CompletableFuture.anyOf(end, next).join();
            if (end.isDone()) {
                return;
            }
            takeWork().forEach(this::doBeside);
        }
    }

    /** A fault of the work must not end the supervision of the task. */
    private void doBeside(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("Work beside the task failed in the thread {}", thread.getName(), e);
        }
    }

    private List<Runnable> takeWork() {
        synchronized (lock) {
            List<Runnable> work = List.copyOf(beside);
            beside.clear();
            hasWork = new CompletableFuture<>();
            return work;
        }
    }

    /** Stops a run after the delay, unless it ends before. */
    private void stop(RunningTask task, Kill kill) throws Cancelled, InterruptedException {
        CompletableFuture.anyOf(task.exit(), detached.copy())
                .completeOnTimeout(null, kill.delay().toNanos(), TimeUnit.NANOSECONDS)
                .join();
        if (!task.exit().isDone()) {
            stop(task, kill.how());
        }
    }

    private void stop(RunningTask task, TaskStop how) throws Cancelled, InterruptedException {
        begin(Call.STOP);
        try {
            task.stop(how);
        } finally {
            end();
        }
    }

    /** Waits for a delay. Throws if the thread gets the command to end. */
    private void await(Duration delay) throws Cancelled, InterruptedException {
        try {
            CompletableFuture.anyOf(killed.copy(), detached.copy())
                    .get(Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return;
        } catch (ExecutionException e) {
            throw new IllegalStateException("This future never fails", e);
        }
        throw new Cancelled();
    }

    private void remove(RunningTask task) {
        try {
            task.remove();
        } catch (RuntimeException e) {
            LOG.warn("Can't remove pod {}; the sweep at the node's next start removes it", task.podId(), e);
        }
    }

    private void begin(Call begun) throws Cancelled {
        synchronized (lock) {
            if (detached.isDone() || (begun == Call.START && killed.isDone())) {
                throw new Cancelled();
            }
            call = begun;
        }
    }

    private void end() {
        synchronized (lock) {
            call = Call.NONE;
            // An interrupt that came too late must not disturb a later call.
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

    /** The order to stop the task for good: how, and the time before that. */
    private record Kill(TaskStop how, Duration delay) {}

    /** Ends the thread, since the task was stopped, detached or must not run. */
    private static final class Cancelled extends Exception {

        private static final long serialVersionUID = 1L;

        Cancelled() {
            super("The task was cancelled", null, false, false);
        }
    }
}
