package dev.gantry.node.allocation;

import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.driver.TaskDriver;
import dev.gantry.driver.TaskExit;
import dev.gantry.driver.TaskRequest;
import dev.gantry.model.EscalatingScheduler;
import dev.gantry.model.VariableReference;
import dev.gantry.node.environment.TaskEnvironment;
import dev.gantry.node.state.RestartWindow;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.CheckState;
import dev.gantry.v1.Job;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one task of an allocation: starts its thread, hands the thread's reports to the task's life, and starts its
 * checks. Owned by the owner thread.
 */
final class TaskRunner {

    private static final Logger LOG = LoggerFactory.getLogger(TaskRunner.class);

    /** How often a task that runs after the others asks for variables before it fails: about three minutes. */
    private static final int POSTSTOP_PATIENCE = 10;

    private final RunnerContext context;
    private final TaskDirectory directory;
    private final TaskLife life;
    private final Group group;
    private final TaskChecks checks;
    private final TaskTemplates templates;
    private TaskSpec spec;
    private Optional<RunningTask> found = Optional.empty();
    private Optional<RunningTask> running = Optional.empty();
    private Optional<TaskThread> thread = Optional.empty();

    /** The group of the task. Called on the owner thread. */
    interface Group {

        /** Handles a change of a task; completed with true once the change is on disk, with false if that fails. */
        CompletableFuture<Boolean> changed(TaskRunner task);

        /** Returns the newest version of the job. */
        Job job();

        /**
         * Returns a future that completes with true once tasks of the allocation may run, or with false if they must
         * not run.
         */
        CompletableFuture<Boolean> permission();

        /** Returns all ports of the allocation. */
        List<AllocatedPort> ports();

        /**
         * Returns the environment of a task by the newest version of the job.
         *
         * @param values the values of variables that the task refers to; empty to leave references as they are
         */
        TaskEnvironment environment(Task task, Map<VariableReference, String> values);
    }

    TaskRunner(
            RunnerContext context,
            TaskSpec spec,
            TaskDirectory directory,
            TaskHistory history,
            RestartWindow used,
            List<CheckState> knownChecks,
            Group group) {
        this.context = context;
        this.spec = spec;
        this.directory = directory;
        this.life = new TaskLife(context, history, used);
        this.group = group;
        this.checks = new TaskChecks(context, spec.task(), knownChecks, new Checked());
        this.templates = new TaskTemplates(context, spec.task(), directory, new Templated());
    }

    String name() {
        return directory.task();
    }

    TaskState state() {
        return life.state();
    }

    TaskSpec spec() {
        return spec;
    }

    TaskRole role() {
        return spec.role();
    }

    /** Returns the use of the restart policy. */
    RestartWindow used() {
        return life.used();
    }

    TaskDirectory directory() {
        return directory;
    }

    /** Returns true if the task is dead. Any thread may call this method. */
    boolean isDead() {
        return life.isDead();
    }

    boolean isRunning() {
        return life.isRunning();
    }

    boolean hasFailed() {
        return state().getFailed();
    }

    /** Returns true if the task has run, in this process or an earlier one. */
    boolean hasRun() {
        return state().hasStartTime() || found.isPresent();
    }

    List<CheckState> checks() {
        return checks.states();
    }

    boolean allChecksPass() {
        return checks.allPass();
    }

    /** Replaces the definition of the task, for later starts, restarts, stops and checks. */
    void update(TaskSpec newer) {
        boolean areOtherChecks =
                !newer.task().getServicesList().equals(spec.task().getServicesList());
        spec = newer;
        if (areOtherChecks) {
            checks.define(newer.task());
            running.ifPresent(this::beginChecks);
        }
    }

    private void beginChecks(RunningTask task) {
        checks.begin(
                spec.task(),
                task,
                new TaskProbes(context.probes(), name(), group.environment(spec.task(), Map.of()), group.ports()));
    }

    /** Finds the run of an earlier process and returns its pod id; empty if there is no run. */
    Optional<String> find() {
        if (!isDead()) {
            String driverName = spec.task().getDriver();
            try {
                found = context.driver(driverName).flatMap(driver -> driver.find(directory));
            } catch (RuntimeException e) {
                LOG.error("Driver {} failed to find the earlier run in {}", driverName, directory, e);
                fail("The driver can't find the earlier run: " + e);
            }
        }
        return found.map(RunningTask::podId);
    }

    /**
     * Starts the task, or continues the run that {@link #find()} has found. Does nothing if the task is dead or has
     * begun.
     */
    void begin() {
        if (isDead() || thread.isPresent()) {
            return;
        }
        String driverName = spec.task().getDriver();
        Optional<TaskDriver> driver = context.driver(driverName);
        if (driver.isEmpty()) {
            fail("This node has no driver \"%s\"".formatted(driverName));
            return;
        }
        TaskThread started = new TaskThread(driver.get(), work(), new Posted());
        thread = Optional.of(started);
        started.start();
        if (life.isStopping()) {
            started.kill(spec.stop(), spec.shutdownDelay());
        }
    }

    private TaskThread.Work work() {
        // The task waits for a restart: an earlier process has stored the end of this run, but not removed the run.
        Optional<RunningTask> leftover =
                found.filter(task -> life.isWaitingForRestart() && task.podId().equals(state().getPodId()));
        Optional<RunningTask> live = leftover.isPresent() ? Optional.empty() : found;
        if (live.isEmpty() && !life.isWaitingForRestart()) {
            life.prepare();
        }
        Duration delay = life.delay(spec.restarts());
        return new TaskThread.Work(directory, live, leftover, delay, context.directories(), context.artifacts());
    }

    /** Fails the task before it runs. Ends its preparation. */
    void fail(String why) {
        fail(EventType.DRIVER_FAILURE, why);
    }

    private void fail(EventType type, String why) {
        if (!isDead()) {
            life.failBeforeStart(type, why);
            thread.ifPresent(begun -> begun.kill(spec.stop(), spec.shutdownDelay()));
            tell();
        }
    }

    /** Stops the task. Does nothing if it is dead or being stopped. */
    void kill(String why) {
        boolean hasBegun = thread.isPresent() || found.isPresent();
        if (life.stop(why, hasBegun)) {
            thread.ifPresent(begun -> begun.kill(spec.stop(), spec.shutdownDelay()));
            tell();
        }
    }

    /** Stops the task, which fails by it and is not restarted. Does nothing if it is dead or being stopped. */
    void killFailed(EventType type, String why) {
        if (thread.isEmpty() && found.isEmpty()) {
            fail(type, why);
        } else if (life.fail(type, why)) {
            thread.ifPresent(begun -> begun.kill(spec.stop(), spec.shutdownDelay()));
            tell();
        }
    }

    /** Records an event that changes nothing else, unless the task is dead. */
    void record(EventType type, String message) {
        if (!isDead()) {
            life.record(type, message);
            tell();
        }
    }

    /** Marks the task as dead, since it has not begun and is not needed. */
    void skip(String why) {
        if (!isDead() && thread.isEmpty()) {
            life.skip(why);
        }
    }

    /** Restarts the running task. Returns false if it does not run, or is being stopped or restarted. */
    boolean restart() {
        if (running.isEmpty() || thread.isEmpty() || !life.restartOnRequest()) {
            return false;
        }
        thread.get().restart(spec.stop());
        tell();
        return true;
    }

    /** Returns the running task. */
    Optional<RunningTask> running() {
        return running;
    }

    void detach() {
        checks.end();
        templates.close();
        thread.ifPresent(TaskThread::detach);
    }

    void join(Duration atMost) throws InterruptedException {
        if (thread.isPresent()) {
            thread.get().join(atMost);
        }
    }

    private void tell() {
        var unused = changed();
    }

    /** Hands a change on; completed with true once the change is on disk, with false if that fails. */
    private CompletableFuture<Boolean> changed() {
        if (isDead()) {
            templates.close();
        }
        return group.changed(this);
    }

    private TaskThread.Start toStart(Map<VariableReference, String> values) {
        Task task = spec.task();
        TaskEnvironment environment = group.environment(task, values);
        List<AllocatedPort> ports = group.ports().stream()
                .filter(port -> port.getTask().equals(task.getName()))
                .toList();
        return new TaskThread.Start(
                variables -> request(task, environment.withTemplates(variables), ports),
                PayloadFile.of(group.job(), task),
                ArtifactRequests.of(group.job(), task, environment),
                templates.begin(environment),
                group.permission());
    }

    private TaskRequest request(Task task, TaskEnvironment environment, List<AllocatedPort> ports) {
        return new TaskRequest(
                environment.interpolate(task), environment.variables(), environment.secrets(), ports, directory);
    }

    private String allocationId() {
        return directory.allocation().getFileName().toString();
    }

    /** Gives the templates access to the task. */
    private final class Templated implements TaskTemplates.Host, VariableWait.Starting {

        @Override
        public Task task() {
            return spec.task();
        }

        @Override
        public boolean isLast() {
            return role() == TaskRole.POSTSTOP;
        }

        @Override
        public boolean isNeeded() {
            return !life.isStopping() && !isDead();
        }

        @Override
        public void waiting(String why) {
            life.waiting(why);
            tell();
        }

        @Override
        public void waiting(String why, int attempts) {
            LOG.info("Task {} runs; its templates are not rendered again yet: {}", directory, why);
        }

        @Override
        public void fail(String why) {
            TaskRunner.this.fail(EventType.TEMPLATE, why);
        }

        @Override
        public void record(EventType type, String message) {
            TaskRunner.this.record(type, message);
        }

        @Override
        public void restart() {
            if (running.isPresent() && thread.isPresent() && life.restartForTemplates()) {
                thread.get().restart(spec.stop());
                tell();
            }
        }

        @Override
        public void runBeside(Runnable work) {
            thread.ifPresent(begun -> begun.runBeside(work));
        }

        @Override
        public CompletableFuture<Optional<TaskEnvironment>> environment() {
            return new VariableWait(context, allocationId(), this)
                    .begin()
                    .thenApply(values -> values.map(known -> group.environment(spec.task(), known)));
        }
    }

    /** Handles the events of the checks. */
    private final class Checked implements TaskChecks.Listener {

        @Override
        public void changed() {
            tell();
        }

        @Override
        public void restart(String why) {
            if (thread.isPresent() && life.restart(why)) {
                thread.get().restart(spec.stop());
                tell();
            }
        }
    }

    /** Hands the reports of the task's thread over to the owner thread. */
    private final class Posted implements TaskThread.Reports, VariableWait.Starting {

        @Override
        public CompletableFuture<Optional<TaskThread.Start>> request() {
            return CompletableFuture.completedFuture(new VariableWait(context, allocationId(), this))
                    .thenComposeAsync(VariableWait::begin, context.owner())
                    .thenCompose(values -> templates.awaitData().thenApply(hasData -> values.filter(known -> hasData)))
                    .thenApply(values -> EscalatingScheduler.escalating(
                                    () -> values.filter(known -> isNeeded()).map(TaskRunner.this::toStart))
                            .get());
        }

        @Override
        public void downloading() {
            post(life::downloading);
        }

        @Override
        public void queued(String why) {
            post(() -> life.queued(why));
        }

        @Override
        public CompletableFuture<TaskThread.Next> startFailed(StartFailure failure) {
            return decided(() -> life.startFailed(failure, spec.restarts()));
        }

        @Override
        public void started(RunningTask task) {
            post(() -> {
                running = Optional.of(task);
                life.started(task);
                beginChecks(task);
                templates.started(task);
            });
        }

        @Override
        public CompletableFuture<TaskThread.Next> ended(TaskExit exit) {
            return decided(() -> {
                running = Optional.empty();
                checks.reset();
                templates.ended();
                return life.ended(exit, spec.restarts());
            });
        }

        @Override
        public void gaveUp(String why) {
            post(() -> {
                if (!isDead()) {
                    life.giveUp(why);
                }
            });
        }

        @Override
        public void killedBeforeStart() {
            post(() -> {
                if (!isDead()) {
                    life.skip("Stopped while it did not run");
                }
            });
        }

        @Override
        public boolean isNeeded() {
            return !life.isStopping() && !isDead();
        }

        @Override
        public Task task() {
            return spec.task();
        }

        @Override
        public void waiting(String why, int attempts) {
            if (role() == TaskRole.POSTSTOP && attempts >= POSTSTOP_PATIENCE) {
                // The allocation ends only after this task.
                fail(why + ", for too long: the allocation ends without this task");
                return;
            }
            life.waiting(why);
            tell();
        }

        /** Makes a decision and stores it: an ended run is removed only after its end is on disk. */
        private CompletableFuture<TaskThread.Next> decided(Supplier<TaskThread.Next> decision) {
            return CompletableFuture.completedFuture(EscalatingScheduler.escalating(decision))
                    .thenComposeAsync(
                            chosen -> {
                                TaskThread.Next next = chosen.get();
                                return changed()
                                        .thenApply(stored ->
                                                new TaskThread.Next(next.removable() || stored, next.again()));
                            },
                            context.owner());
        }

        private void post(Runnable change) {
            context.owner().execute(() -> {
                change.run();
                tell();
            });
        }
    }
}
