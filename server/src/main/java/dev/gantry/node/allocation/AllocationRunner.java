package dev.gantry.node.allocation;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.model.LogLimits;
import dev.gantry.model.TaskGroups;
import dev.gantry.node.environment.TaskEnvironment;
import dev.gantry.node.log.LogSource;
import dev.gantry.node.state.RestartWindow;
import dev.gantry.node.state.StoredAllocation;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.CheckState;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.LogStream;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.TaskState;
import java.io.IOException;
import java.time.Duration;
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
 * One allocation on this node: runs the tasks of its group in the order of their lifecycles, and sums up how they are.
 * One that fails takes the others with it, as in Nomad.
 *
 * <p>Owned by the owner thread.
 */
public final class AllocationRunner {

    private static final Logger LOG = LoggerFactory.getLogger(AllocationRunner.class);

    private final RunnerContext context;
    private final AllocationListener listener;
    private final Map<String, TaskRunner> tasks = new LinkedHashMap<>();
    private final LifecycleCoordinator lifecycle = new LifecycleCoordinator(tasks.values());
    private JobVersion job;
    private TaskGroup group;
    private Allocation allocation;
    private Optional<HealthWatcher> health = Optional.empty();
    private CompletableFuture<Boolean> permission = CompletableFuture.completedFuture(true);
    private boolean begun;

    private AllocationRunner(
            RunnerContext context, StoredAllocation origin, TaskGroup group, AllocationListener listener) {
        this.context = context;
        this.job = origin.job();
        this.group = group;
        this.listener = listener;
        this.allocation = origin.allocation();
        Map<String, TaskState> known =
                allocation.getTaskStatesList().stream().collect(Collectors.toMap(TaskState::getTask, state -> state));
        for (Task task : group.getTasksList()) {
            TaskState state = known.get(task.getName());
            RestartWindow used = origin.restarts().getOrDefault(task.getName(), RestartWindow.UNUSED);
            tasks.put(task.getName(), taskRunner(task, Optional.ofNullable(state), used));
        }
        sumUp();
    }

    /**
     * Takes an allocation; nothing runs yet.
     *
     * @param context what all allocations need
     * @param stored the allocation, fresh or as remembered
     * @param listener told after each change, but not during this call
     * @return the allocation; empty if its job has no such group
     */
    public static Optional<AllocationRunner> of(
            RunnerContext context, StoredAllocation stored, AllocationListener listener) {
        return TaskGroups.find(stored.job().getJob(), stored.allocation().getTaskGroup())
                .map(group -> new AllocationRunner(context, stored, group, listener));
    }

    /**
     * Which allocation it is.
     *
     * @return its id
     */
    public String id() {
        return allocation.getId();
    }

    /**
     * Whether nothing of it will run again.
     *
     * @return true once all its tasks are dead
     */
    public boolean isEnded() {
        return tasks.values().stream().allMatch(TaskRunner::isDead);
    }

    /**
     * When the newest thing happened to it.
     *
     * @return the time of its newest event
     */
    public Timestamp lastEventTime() {
        return tasks.values().stream()
                .flatMap(task -> task.state().getEventsList().stream())
                .map(event -> event.getTime())
                .max(Timestamps.comparator())
                .orElse(allocation.getCreateTime());
    }

    /**
     * What must be remembered of it.
     *
     * @return the allocation as it is now
     */
    public StoredAllocation stored() {
        Map<String, RestartWindow> used = tasks.values().stream()
                .filter(task -> !task.used().equals(RestartWindow.UNUSED))
                .collect(Collectors.toMap(TaskRunner::name, TaskRunner::used));
        return new StoredAllocation(allocation, job, used);
    }

    /**
     * What the server must know of it.
     *
     * @return how it is now
     */
    public AllocationUpdate update() {
        AllocationUpdate.Builder update = AllocationUpdate.newBuilder()
                .setAllocationId(id())
                .setClientStatus(allocation.getClientStatus())
                .setDescription(allocation.getDescription())
                .addAllTaskStates(allocation.getTaskStatesList())
                .addAllChecks(allocation.getChecksList());
        if (allocation.hasHealthy()) {
            update.setHealthy(allocation.getHealthy());
        }
        return update.build();
    }

    /**
     * Where to read what a task writes.
     *
     * @param task its name
     * @param stream which output; stdout if not said
     * @param isFollowed whether a task that has not been started yet is waited for
     * @return the output; empty if the group has no such task
     */
    public Optional<LogSource> log(String task, LogStream stream, boolean isFollowed) {
        return Optional.ofNullable(tasks.get(task)).map(runner -> {
            TaskDirectory directory = runner.directory();
            LogLimits limits = LogLimits.of(runner.spec().task().getLogs());
            String owner = "task \"%s\" of allocation %s on node %s"
                    .formatted(task, id(), context.node().get().getName());
            return new LogSource(
                    stream == LogStream.LOG_STREAM_STDERR ? directory.stderr(limits) : directory.stdout(limits),
                    runner::isDead,
                    owner,
                    whyNoLog(runner, limits, isFollowed)
                            .map(why -> "There is no output of %s: %s".formatted(owner, why)));
        });
    }

    private static Optional<String> whyNoLog(TaskRunner runner, LogLimits limits, boolean isFollowed) {
        if (limits.disabled()) {
            return Optional.of("its job has logs { disabled = true }, which discards it");
        }
        if (runner.hasRun()) {
            return Optional.empty();
        }
        if (runner.isDead()) {
            return Optional.of("it was never started. " + lastEnd(runner.state()));
        }
        return isFollowed ? Optional.empty() : Optional.of("it has not been started yet");
    }

    /**
     * The names of its tasks.
     *
     * @return in the group's order
     */
    public Set<String> taskNames() {
        return tasks.keySet();
    }

    /**
     * Makes the directories of a fresh allocation and makes its tasks ready, but lets none run before {@link
     * #permit()}. What can't be done ends as a failed task, not with an exception. The listener is not told that it has
     * begun.
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
     * Goes on with an allocation that this node had forgotten: with the tasks that {@link #findTasks()} has found, and
     * with all that is in its directory. What was not found begins like a fresh task, and not before {@link #permit()}.
     */
    public void takeUp() {
        permission = new CompletableFuture<>();
        try {
            context.directories().complete(id());
        } catch (IOException e) {
            LOG.warn("The directory of allocation {} can't be made whole; its tasks find out", id(), e);
        }
        goOn();
    }

    /** Lets the tasks run: what has begun is on the disk, so that another process would find them. */
    public void permit() {
        permission.complete(true);
    }

    /**
     * Lets no task run.
     *
     * @param why for people
     */
    public void refuse(String why) {
        tasks.values().forEach(task -> task.fail(why));
        permission.complete(false);
    }

    /**
     * Looks for the tasks that an earlier process has started.
     *
     * @return what the drivers call those that were found, whether they still run or not
     */
    public List<String> findTasks() {
        return tasks.values().stream().flatMap(task -> task.find().stream()).toList();
    }

    /** Goes on with what {@link #findTasks()} has found, and starts what had not been started yet. */
    public void resume() {
        goOn();
        tell();
    }

    private void goOn() {
        if (allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_STOP) {
            // What was not found is not started first.
            lifecycle.stop("The allocation shall stop");
        }
        tasks.values().stream().filter(TaskRunner::hasFailed).findFirst().ifPresent(this::stopSiblings);
        startTasks();
    }

    /**
     * How long its tasks may take to end once they are asked to.
     *
     * @return the longest kill timeout of those that have not ended; 0 if all have
     */
    public Duration killTimeout() {
        return tasks.values().stream()
                .filter(task -> !task.isDead())
                .map(task -> task.spec().stop().timeout())
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    /**
     * Takes over what the server says anew of an allocation that runs on: another version of its job counts from now
     * on, but nothing is restarted for it. A version with other tasks, which would have to, is not taken over.
     *
     * @param wanted what the server says
     * @param newer the version of the job that it speaks of, if the server sent it
     */
    public void adopt(Allocation wanted, Optional<JobVersion> newer) {
        boolean isOther = newer.isPresent() && newer.get().getVersion() != job.getVersion();
        Optional<TaskGroup> newGroup =
                isOther ? TaskGroups.find(newer.get().getJob(), allocation.getTaskGroup()) : Optional.empty();
        boolean takes = newGroup.filter(this::hasSameTasks).isPresent();
        if (isOther && !takes) {
            LOG.warn(
                    "Allocation {} can't go over to version {} of its job without a restart; it stays as it is",
                    id(),
                    newer.get().getVersion());
        }
        if (takes) {
            job = newer.get();
            group = newGroup.get();
            group.getTasksList().forEach(task -> tasks.get(task.getName()).update(spec(task)));
        }
        Allocation adopted = ours(wanted);
        if (takes || !adopted.equals(allocation)) {
            boolean isOtherDeployment = !adopted.getDeploymentId().equals(allocation.getDeploymentId());
            allocation = adopted;
            if (isOtherDeployment) {
                endHealthWatch();
                allocation =
                        allocation.toBuilder().clearHealthy().clearHealthyTime().build();
                watchHealth();
            }
            tell();
        }
    }

    private boolean hasSameTasks(TaskGroup other) {
        return other.getTasksCount() == tasks.size()
                && other.getTasksList().stream()
                        .allMatch(task -> Optional.ofNullable(tasks.get(task.getName()))
                                .filter(runner -> runner.role() == TaskRole.of(task))
                                .isPresent());
    }

    /** What the server says, but for what the node knows better, and for what is not worth remembering. */
    private Allocation ours(Allocation wanted) {
        Allocation.Builder adopted = wanted.toBuilder()
                .setJobVersion(job.getVersion())
                .setClientStatus(allocation.getClientStatus())
                .setDescription(allocation.getDescription())
                .clearTaskStates()
                .addAllTaskStates(allocation.getTaskStatesList())
                .clearChecks()
                .addAllChecks(allocation.getChecksList())
                .clearHealthy()
                .clearHealthyTime()
                .setModifyIndex(allocation.getModifyIndex())
                .clearModifyTime();
        if (allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_STOP) {
            adopted.setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP);
        }
        if (allocation.hasHealthy()) {
            adopted.setHealthy(allocation.getHealthy());
        }
        if (allocation.hasHealthyTime()) {
            adopted.setHealthyTime(allocation.getHealthyTime());
        }
        if (allocation.hasModifyTime()) {
            adopted.setModifyTime(allocation.getModifyTime());
        }
        return adopted.build();
    }

    /**
     * Stops all tasks but those that run after the others; when only such are left, those. Does nothing if the
     * allocation is being stopped already.
     *
     * @param why for people
     */
    public void stop(String why) {
        if (allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_STOP) {
            return;
        }
        endHealthWatch();
        boolean isOnlyCleaningUp = lifecycle.areOthersDead();
        allocation = allocation.toBuilder()
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                .build();
        lifecycle.stop(why);
        if (isOnlyCleaningUp) {
            lifecycle.stopPoststop(why);
        }
    }

    /** Leaves the tasks running without this process; afterwards {@link #join} waits for the threads to have let go. */
    public void detach() {
        // Nothing begins any more.
        begun = false;
        endHealthWatch();
        tasks.values().forEach(TaskRunner::detach);
    }

    /**
     * Waits for the threads of the tasks. To be called on another thread than the owner's, which they may wait for.
     *
     * @param atMost how long to wait for each
     * @throws InterruptedException if the thread was interrupted
     */
    public void join(Duration atMost) throws InterruptedException {
        for (TaskRunner task : tasks.values()) {
            task.join(atMost);
        }
    }

    private TaskRunner taskRunner(Task task, Optional<TaskState> known, RestartWindow used) {
        TaskHistory history = known.map(state -> new TaskHistory(state, context.clock()))
                .orElseGet(() -> TaskHistory.begin(task.getName(), context.clock()));
        TaskDirectory directory = context.directories().of(id(), task.getName());
        List<CheckState> checks = allocation.getChecksList().stream()
                .filter(check -> check.getTask().equals(task.getName()))
                .toList();
        return new TaskRunner(context, spec(task), directory, history, used, checks, new Group());
    }

    private TaskSpec spec(Task task) {
        return TaskSpec.of(job.getJob(), group, task, context.killTimeout());
    }

    private void startTasks() {
        begun = true;
        watchHealth();
        lifecycle.advance();
        sumUp();
        lookAtHealth();
    }

    private void watchHealth() {
        if (allocation.hasHealthy() || allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_STOP) {
            return;
        }
        health = HealthWatcher.strategy(job.getJob(), group, allocation.getDeploymentId())
                .map(strategy -> HealthWatcher.begin(strategy, context.timer(), this::healthFound));
    }

    private void healthFound(boolean isHealthy) {
        health = Optional.empty();
        allocation = allocation.toBuilder()
                .setHealthy(isHealthy)
                .setHealthyTime(Timestamps.fromMillis(context.clock().instant().toEpochMilli()))
                .build();
        tell();
    }

    private void endHealthWatch() {
        health.ifPresent(HealthWatcher::end);
        health = Optional.empty();
    }

    private void tell() {
        sumUp();
        lookAtHealth();
        var unused = listener.changed(this);
    }

    private CompletableFuture<Boolean> taskChanged(TaskRunner task) {
        if (task.hasFailed()) {
            stopSiblings(task);
        }
        if (begun) {
            lifecycle.advance();
        }
        sumUp();
        lookAtHealth();
        return listener.changed(this);
    }

    private void stopSiblings(TaskRunner failed) {
        // It is dead itself and stays as it is.
        lifecycle.stop("Task \"%s\" of the same group failed".formatted(failed.name()));
    }

    /** What the tasks know of their group. */
    private final class Group implements TaskRunner.Group {

        @Override
        public CompletableFuture<Boolean> changed(TaskRunner task) {
            return taskChanged(task);
        }

        @Override
        public Job job() {
            return job.getJob();
        }

        @Override
        public CompletableFuture<Boolean> permission() {
            return permission.copy();
        }

        @Override
        public List<AllocatedPort> ports() {
            return allocation.getPortsList();
        }

        @Override
        public TaskEnvironment environment(Task task) {
            return TaskEnvironment.of(context.node().get(), job.getJob(), group, task, allocation);
        }
    }

    private void lookAtHealth() {
        List<TaskRunner> counted = tasks.values().stream()
                .filter(task -> task.role() != TaskRole.POSTSTOP)
                .toList();
        boolean allRun = counted.stream()
                .allMatch(task ->
                        task.role() == TaskRole.PRESTART ? task.isDead() && !task.hasFailed() : task.isRunning());
        boolean isLost = counted.stream()
                .anyMatch(task -> task.hasFailed() || (task.isDead() && task.role() != TaskRole.PRESTART));
        boolean allPass = counted.stream().allMatch(TaskRunner::allChecksPass);
        // Its verdict ends the watch.
        health.ifPresent(watch -> watch.update(allRun, allPass, isLost));
    }

    private void sumUp() {
        List<TaskState> states = tasks.values().stream().map(TaskRunner::state).toList();
        ClientStatus status = ClientStatuses.of(tasks.values().stream()
                .map(task -> new ClientStatuses.Member(task.role(), task.state()))
                .toList());
        allocation = allocation.toBuilder()
                .setClientStatus(status)
                .setDescription(describe(status, states))
                .clearTaskStates()
                .addAllTaskStates(states)
                .clearChecks()
                .addAllChecks(tasks.values().stream()
                        .flatMap(task -> task.checks().stream())
                        .toList())
                .build();
    }

    private static String describe(ClientStatus status, List<TaskState> states) {
        Optional<TaskState> failed =
                states.stream().filter(TaskState::getFailed).findFirst();
        if (failed.isPresent()) {
            return "Task \"%s\" failed: %s".formatted(failed.get().getTask(), lastEnd(failed.get()));
        }
        return switch (status) {
            case CLIENT_STATUS_COMPLETE -> "All tasks have ended";
            case CLIENT_STATUS_RUNNING -> "All tasks have started";
            default -> "Tasks are being started";
        };
    }

    /** Why it ended; that it is not started again goes without saying. */
    private static String lastEnd(TaskState task) {
        return task.getEventsList().stream()
                .filter(event -> !event.getType().equals(EventType.NOT_RESTARTING.word()))
                .reduce((first, second) -> second)
                .map(TaskEvent::getMessage)
                .orElse("");
    }
}
