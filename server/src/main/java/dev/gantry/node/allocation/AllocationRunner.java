package dev.gantry.node.allocation;

import com.google.protobuf.Timestamp;
import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.model.VariableReference;
import dev.gantry.node.environment.TaskEnvironment;
import dev.gantry.node.file.AllocationFiles;
import dev.gantry.node.log.LogSource;
import dev.gantry.node.state.RestartWindow;
import dev.gantry.node.state.StoredAllocation;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.CheckState;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.LogStream;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.TaskState;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one allocation: starts and stops the tasks of its group in the order of their lifecycles, watches its health,
 * and keeps its state. As in Nomad, a task that fails stops the others.
 *
 * <p>Owned by the owner thread.
 */
public final class AllocationRunner {

    private static final Logger LOG = LoggerFactory.getLogger(AllocationRunner.class);

    private static final long MIB = 1L << 20;

    private final RunnerContext context;
    private final Listener listener;
    private final AllocationState state;
    private final Map<String, TaskRunner> tasks = new LinkedHashMap<>();
    private final LifecycleCoordinator lifecycle = new LifecycleCoordinator(tasks.values());
    private Optional<HealthWatcher> health = Optional.empty();
    private CompletableFuture<Boolean> permission = CompletableFuture.completedFuture(true);
    private boolean begun;
    private Optional<Thread> copying = Optional.empty();

    /** Read by the thread that copies data. */
    private volatile boolean isDetached;

    private final DiskLimit disk;

    /** Called on the owner thread. */
    @FunctionalInterface
    public interface Listener {

        /**
         * Handles a change of an allocation.
         *
         * @param runner the allocation, in its new state
         * @return completed with true once the new state is on disk, or with false if it can't be written
         */
        CompletableFuture<Boolean> changed(AllocationRunner runner);
    }

    private AllocationRunner(
            RunnerContext context, AllocationState state, Map<String, RestartWindow> restarts, Listener listener) {
        this.context = context;
        this.state = state;
        this.listener = listener;
        this.disk = new DiskLimit(context.diskGrace());
        Map<String, TaskState> known = state.allocation().getTaskStatesList().stream()
                .collect(Collectors.toMap(TaskState::getTask, task -> task));
        for (Task task : state.group().getTasksList()) {
            RestartWindow used = restarts.getOrDefault(task.getName(), RestartWindow.UNUSED);
            tasks.put(task.getName(), taskRunner(task, Optional.ofNullable(known.get(task.getName())), used));
        }
        state.summarize(tasks.values());
    }

    private TaskRunner taskRunner(Task task, Optional<TaskState> known, RestartWindow used) {
        TaskHistory history = known.map(found -> new TaskHistory(found, context.clock()))
                .orElseGet(() -> TaskHistory.begin(task.getName(), context.clock()));
        TaskDirectory directory = context.directories().of(id(), task.getName());
        List<CheckState> checks = state.allocation().getChecksList().stream()
                .filter(check -> check.getTask().equals(task.getName()))
                .toList();
        return new TaskRunner(context, spec(task), directory, history, used, checks, new Group());
    }

    private TaskSpec spec(Task task) {
        return TaskSpec.of(state.job().getJob(), state.group(), task, context.killTimeout());
    }

    /**
     * Creates the runner of an allocation; nothing runs yet.
     *
     * @param context the parts of the node that all allocations use
     * @param stored the allocation, new or restored
     * @param listener called after each change, but not during this call
     * @return the runner; empty if the job has no such group
     */
    public static Optional<AllocationRunner> of(RunnerContext context, StoredAllocation stored, Listener listener) {
        return AllocationState.of(stored)
                .map(state -> new AllocationRunner(context, state, stored.restarts(), listener));
    }

    /**
     * Returns the id of the allocation.
     *
     * @return the id
     */
    public String id() {
        return state.allocation().getId();
    }

    /**
     * Tells whether the allocation has ended.
     *
     * @return true once all its tasks are dead
     */
    public boolean isEnded() {
        return tasks.values().stream().allMatch(TaskRunner::isDead);
    }

    /**
     * Returns the time of the newest event of the allocation.
     *
     * @return the time of the newest task event, or of the creation if there is none
     */
    public Timestamp lastEventTime() {
        return state.lastEventTime();
    }

    /**
     * Returns the state that has to be on disk.
     *
     * @return the current state
     */
    public StoredAllocation stored() {
        Map<String, RestartWindow> used = tasks.values().stream()
                .filter(task -> !task.used().equals(RestartWindow.UNUSED))
                .collect(Collectors.toMap(TaskRunner::name, TaskRunner::used));
        return new StoredAllocation(state.allocation(), state.job(), used);
    }

    /**
     * Returns the update for the server.
     *
     * @return the current state
     */
    public AllocationUpdate update() {
        return state.update();
    }

    /**
     * Finds the log of a task.
     *
     * @param task the name of the task
     * @param stream the output; standard output unless it is stderr
     * @param isFollowed whether the reader waits for a task that has not started yet
     * @return the log; empty if the group has no such task
     */
    public Optional<LogSource> log(String task, LogStream stream, boolean isFollowed) {
        String owner = "task \"%s\" of allocation %s on node %s"
                .formatted(task, id(), context.node().get().getName());
        return Optional.ofNullable(tasks.get(task)).map(runner -> TaskLogs.of(runner, stream, isFollowed, owner));
    }

    /**
     * Returns the files of the allocation.
     *
     * @return the files, which may be deleted already
     */
    public AllocationFiles files() {
        return new AllocationFiles(context.directories().of(id(), "").allocation(), List.copyOf(taskNames()));
    }

    /**
     * Restarts tasks that run.
     *
     * @param task the task; empty: all
     * @return the names of the tasks that are restarted now
     */
    public List<String> restart(String task) {
        return tasks.values().stream()
                .filter(runner -> task.isEmpty() || runner.name().equals(task))
                .filter(TaskRunner::restart)
                .map(TaskRunner::name)
                .toList();
    }

    /**
     * Finds tasks that run.
     *
     * @param task the task; empty: all
     * @return the running tasks by their names, in the order of the group
     */
    public Map<String, RunningTask> running(String task) {
        Map<String, RunningTask> running = new LinkedHashMap<>();
        tasks.forEach((name, runner) -> {
            if (task.isEmpty() || name.equals(task)) {
                runner.running().ifPresent(found -> running.put(name, found));
            }
        });
        return running;
    }

    /**
     * Returns the names of the tasks.
     *
     * @return the names, in the order of the group
     */
    public Set<String> taskNames() {
        return tasks.keySet();
    }

    /**
     * Begins a new allocation: creates its directories and prepares its tasks. No task runs before {@link #permit()}.
     * An error makes a task fail and throws no exception. The listener is not called for the begin itself.
     */
    public void begin() {
        permission = new CompletableFuture<>();
        try {
            context.directories().create(id());
        } catch (IOException e) {
            tasks.values().forEach(task -> task.fail("Can't make the allocation's directory: " + e));
        }
        startTasks();
    }

    /**
     * Continues an allocation whose state the node has lost, with the tasks that {@link #findTasks()} has found and
     * with the data in its directory. The other tasks begin like new tasks. They do not run before {@link #permit()}.
     */
    public void takeUp() {
        permission = new CompletableFuture<>();
        try {
            context.directories().complete(id());
        } catch (IOException e) {
            LOG.warn("Can't complete the directory of allocation {}; its tasks may fail", id(), e);
        }
        continueTasks();
    }

    /**
     * Returns the allocation whose data this one takes over before its tasks run.
     *
     * @return the id; empty if there is none, or once a task has started
     */
    public Optional<String> dataOf() {
        return Optional.of(state.allocation().getDataOfAllocationId())
                .filter(id -> !id.isEmpty() && tasks.values().stream().noneMatch(TaskRunner::hasRun));
    }

    /**
     * Begins a new allocation with the data of {@link #dataOf()}, which has ended. Keeps what an earlier process of the node
     * has moved already. No task runs before {@link #permit()}. If the data can't be moved, the tasks fail: they must not
     * begin without it.
     */
    public void beginWithData() {
        permission = new CompletableFuture<>();
        try {
            context.directories().complete(id());
            takeOverData();
        } catch (IOException e) {
            String why = "Can't take over the data of allocation %s: %s"
                    .formatted(state.allocation().getDataOfAllocationId(), e);
            tasks.values().forEach(task -> task.fail(why));
        }
        continueTasks();
    }

    /**
     * Tells whether {@link #dataOf()} is on another node.
     *
     * @return true if it is, and has to be copied
     */
    public boolean isDataElsewhere() {
        return !state.allocation().getDataOfNodeId().isEmpty();
    }

    /**
     * Copies the data of {@link #dataOf()} from another node, on a thread of its own; waits for the end of that allocation.
     * Calls {@link #beginWithCopy} afterwards.
     *
     * @param done called on the owner thread once the allocation begins; never, if it ends or is detached before
     */
    public void copyData(Runnable done) {
        String from = state.allocation().getDataOfAllocationId();
        tasks.values()
                .forEach(task -> task.record(
                        EventType.DATA_COPY, "Waiting for the data of allocation %s on another node".formatted(from)));
        Thread thread = new Thread(
                () -> {
                    Copied outcome = copy(from);
                    context.owner().execute(() -> endCopy(outcome, done));
                },
                "data-copy-" + id());
        thread.setDaemon(true);
        copying = Optional.of(thread);
        thread.start();
    }

    /**
     * The result of a copy.
     *
     * @param message says it to people
     * @param isBroken true if only a part of the data may be in its place
     */
    private record Copied(String message, boolean isBroken) {}

    private void endCopy(Copied copied, Runnable done) {
        if (isEnded() || isDetached) {
            return;
        }
        if (copied.isBroken()) {
            // No task may begin with a part of the data.
            tasks.values().forEach(task -> task.fail(copied.message()));
        } else {
            tasks.values().forEach(task -> task.record(EventType.DATA_COPY, copied.message()));
        }
        beginWithCopy();
        done.run();
    }

    /** Returns what has come of it, for people. Without the whole data, the allocation begins without data, as in Nomad. */
    private Copied copy(String from) {
        String copied;
        try {
            context.directories().complete(id());
            if (context.directories().hasCopy(id())) {
                return new Copied("The data of allocation %s was copied before".formatted(from), false);
            }
            List<String> paths = new ArrayList<>(List.of("alloc/data"));
            tasks.keySet().forEach(task -> paths.add(task + "/local"));
            copied = new DataCopy(
                            context.data(),
                            id(),
                            context.directories().copyOf(id()),
                            state.group().getEphemeralDisk().getSizeMib() * MIB,
                            new DataCopy.Pace(context.steady(), context.dataRetry(), DataCopy.PATIENCE),
                            () -> !isEnded() && !isDetached)
                    .run(paths);
        } catch (DataCopy.DataCopyException | IOException | RuntimeException e) {
            LOG.warn("Allocation {} begins without the data of {}", id(), from, e);
            return new Copied("Beginning without the data of allocation %s: %s".formatted(from, e.getMessage()), false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Copied("The node is being stopped", false);
        }
        try {
            context.directories().placeCopy(id(), tasks.keySet());
            return new Copied("The data of allocation %s was copied: %s".formatted(from, copied), false);
        } catch (IOException e) {
            return new Copied("Can't put the data of allocation %s in its place: %s".formatted(from, e), true);
        }
    }

    /** Begins a new allocation with what {@link #copyData} has copied. No task runs before {@link #permit()}. */
    private void beginWithCopy() {
        permission = new CompletableFuture<>();
        try {
            context.directories().dropCopy(id());
            context.directories().complete(id());
        } catch (IOException e) {
            tasks.values().forEach(task -> task.fail("Can't make the allocation's directory: " + e));
        }
        continueTasks();
    }

    private void takeOverData() throws IOException {
        Optional<String> source = dataOf();
        if (source.isPresent() && !context.directories().takeOver(source.get(), id(), tasks.keySet())) {
            LOG.warn("Allocation {} begins without the data of {}, which is deleted already", id(), source.get());
        }
    }

    /** Lets the tasks run: the allocation is on disk, so that a later process would find them. */
    public void permit() {
        permission.complete(true);
    }

    /**
     * Fails all tasks before they run.
     *
     * @param why the reason, for people
     */
    public void refuse(String why) {
        tasks.values().forEach(task -> task.fail(why));
        permission.complete(false);
    }

    /**
     * Finds the tasks that an earlier process has started.
     *
     * @return the drivers' ids of these tasks, running or ended
     */
    public List<String> findTasks() {
        return tasks.values().stream().flatMap(task -> task.find().stream()).toList();
    }

    /** Continues the tasks that {@link #findTasks()} has found, and starts the tasks that had not started yet. */
    public void resume() {
        continueTasks();
        publish();
    }

    private void continueTasks() {
        if (state.isStopping()) {
            // Stop before the start, so that tasks that were not found are not started first.
            lifecycle.stop("The server has stopped the allocation");
        }
        tasks.values().stream().filter(TaskRunner::hasFailed).findFirst().ifPresent(this::stopSiblings);
        startTasks();
    }

    private void startTasks() {
        begun = true;
        watchHealth();
        lifecycle.advance();
        summarize();
    }

    /**
     * Returns the longest time that the tasks take to stop.
     *
     * @return the longest sum of shutdown delay and kill timeout of tasks that have not ended; 0 if all have
     */
    public Duration killTimeout() {
        return tasks.values().stream()
                .filter(task -> !task.isDead())
                .map(task -> task.spec().shutdownDelay().plus(task.spec().stop().timeout()))
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    /**
     * Takes over a change that the server has assigned to a running allocation. Another version of the job takes effect
     * without restarts. A version with other tasks is not taken over, since it would need a restart.
     *
     * @param assigned the allocation as the server has assigned it
     * @param newer the version of the job that it refers to, if the server has sent it
     */
    public void adopt(Allocation assigned, Optional<JobVersion> newer) {
        boolean hasNewJob = newer.filter(job -> job.getVersion() != state.job().getVersion())
                .filter(this::adoptJob)
                .isPresent();
        String deploymentBefore = state.allocation().getDeploymentId();
        if (state.merge(assigned) || hasNewJob) {
            if (!state.allocation().getDeploymentId().equals(deploymentBefore)) {
                endHealthWatch();
                state.clearHealthy();
            }
            if (health.isEmpty()) {
                // For the other deployment, or since the newer version has a strategy where the older one had none.
                watchHealth();
            }
            publish();
        }
    }

    private boolean adoptJob(JobVersion newer) {
        Optional<TaskGroup> group = state.groupIn(newer).filter(this::hasSameTasks);
        if (group.isEmpty()) {
            LOG.warn(
                    "Allocation {} can't be updated in place to version {} of its job; it keeps running unchanged",
                    id(),
                    newer.getVersion());
            return false;
        }
        state.setJob(newer, group.get());
        group.get().getTasksList().forEach(task -> tasks.get(task.getName()).update(spec(task)));
        return true;
    }

    private boolean hasSameTasks(TaskGroup other) {
        return other.getTasksCount() == tasks.size()
                && other.getTasksList().stream()
                        .allMatch(task -> Optional.ofNullable(tasks.get(task.getName()))
                                .filter(runner -> runner.role() == TaskRole.of(task))
                                .isPresent());
    }

    /**
     * Stops all tasks except poststop tasks; if only poststop tasks are left, stops those. Does nothing if the
     * allocation is being stopped already.
     *
     * @param why the reason, for people
     */
    public void stop(String why) {
        if (state.isStopping()) {
            return;
        }
        endHealthWatch();
        boolean isOnlyCleaningUp = lifecycle.areOthersDead();
        state.setStopping();
        lifecycle.stop(why);
        if (isOnlyCleaningUp) {
            lifecycle.stopPoststop(why);
        }
    }

    /** Leaves the tasks running without this process. Afterwards {@link #join} waits for the threads of the tasks. */
    public void detach() {
        // No task starts any more.
        begun = false;
        isDetached = true;
        copying.ifPresent(Thread::interrupt);
        endHealthWatch();
        tasks.values().forEach(TaskRunner::detach);
    }

    /**
     * Waits for the end of the tasks' threads. The owner thread must not call this method, since the tasks' threads may
     * wait for the owner thread.
     *
     * @param atMost the longest wait for each thread
     * @throws InterruptedException if the calling thread was interrupted
     */
    public void join(Duration atMost) throws InterruptedException {
        for (TaskRunner task : tasks.values()) {
            task.join(atMost);
        }
    }

    /**
     * Returns the disk of the allocation.
     *
     * @return the disk; empty if it has no limit, or all tasks have ended
     */
    public Optional<DiskUse> disk() {
        return state.group().hasEphemeralDisk() && begun && !isEnded()
                ? Optional.of(
                        new DiskUse(id(), context.directories().of(id(), "").allocation()))
                : Optional.empty();
    }

    /**
     * Handles a measurement of the {@linkplain #disk() disk}: an allocation that stays larger than its limit fails.
     *
     * @param size in bytes
     */
    public void measured(long size) {
        if (disk().isEmpty() || state.isStopping()) {
            return;
        }
        long limit = state.group().getEphemeralDisk().getSizeMib() * MIB;
        String use = "The allocation has %d MiB on disk, more than the %d MiB of its ephemeral_disk"
                .formatted((size + MIB - 1) / MIB, limit / MIB);
        switch (disk.judge(size, limit, context.steady().instant())) {
            case WARN ->
                tasks.values()
                        .forEach(task -> task.record(
                                EventType.DISK_EXCEEDED,
                                "%s: it fails if it still has more in %d s"
                                        .formatted(use, context.diskGrace().toSeconds())));
            case FAIL -> {
                boolean isCleaningUp = lifecycle.areOthersDead();
                List.copyOf(tasks.values()).stream()
                        .filter(task -> isCleaningUp || task.role() != TaskRole.POSTSTOP)
                        .forEach(task -> task.killFailed(EventType.DISK_EXCEEDED, use));
            }
            case FITS, WAIT -> {}
        }
    }

    private CompletableFuture<Boolean> taskChanged(TaskRunner task) {
        if (task.hasFailed()) {
            stopSiblings(task);
        }
        if (begun) {
            lifecycle.advance();
        }
        summarize();
        return listener.changed(this);
    }

    private void stopSiblings(TaskRunner failed) {
        // The failed task itself is dead and not affected.
        lifecycle.stop("Task \"%s\" of the same group failed".formatted(failed.name()));
    }

    private void publish() {
        summarize();
        var unused = listener.changed(this);
    }

    private void summarize() {
        state.summarize(tasks.values());
        health.ifPresent(watcher -> watcher.update(tasks.values()));
    }

    private void watchHealth() {
        if (state.allocation().hasHealthy() || state.isStopping()) {
            return;
        }
        health = HealthWatcher.Rule.of(
                        state.job().getJob(), state.group(), state.allocation().getDeploymentId())
                .map(rule -> HealthWatcher.begin(rule, context.timer(), this::healthDecided));
    }

    private void healthDecided(boolean isHealthy) {
        health = Optional.empty();
        state.setHealthy(isHealthy, context.clock().instant());
        publish();
    }

    private void endHealthWatch() {
        health.ifPresent(HealthWatcher::end);
        health = Optional.empty();
    }

    /** Gives the tasks access to their group. */
    private final class Group implements TaskRunner.Group {

        @Override
        public CompletableFuture<Boolean> changed(TaskRunner task) {
            return taskChanged(task);
        }

        @Override
        public Job job() {
            return state.job().getJob();
        }

        @Override
        public CompletableFuture<Boolean> permission() {
            return permission.copy();
        }

        @Override
        public List<AllocatedPort> ports() {
            return state.allocation().getPortsList();
        }

        @Override
        public TaskEnvironment environment(Task task, Map<VariableReference, String> values) {
            return TaskEnvironment.of(
                    context.node().get(), state.job().getJob(), state.group(), task, state.allocation(), values);
        }
    }
}
