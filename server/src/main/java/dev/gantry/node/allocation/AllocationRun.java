package dev.gantry.node.allocation;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.driver.TaskRequest;
import dev.gantry.node.environment.TaskEnvironment;
import dev.gantry.node.log.LogSource;
import dev.gantry.node.state.StoredAllocation;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.LogStream;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.TaskState;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One allocation on this node: runs the tasks of its group side by side, and sums up how they are. One that fails takes
 * the others with it, as in Nomad.
 *
 * <p>Owned by the owner thread.
 */
public final class AllocationRun {

    private final RunnerContext context;
    private final StoredAllocation origin;
    private final TaskGroup group;
    private final AllocationListener listener;
    private final Map<String, TaskRun> tasks = new LinkedHashMap<>();
    private Allocation allocation;

    private AllocationRun(
            RunnerContext context, StoredAllocation origin, TaskGroup group, AllocationListener listener) {
        this.context = context;
        this.origin = origin;
        this.group = group;
        this.listener = listener;
        this.allocation = origin.allocation();
        Map<String, TaskState> known =
                allocation.getTaskStatesList().stream().collect(Collectors.toMap(TaskState::getTask, state -> state));
        group.getTasksList().forEach(task -> tasks.put(task.getName(), taskRun(task, known.get(task.getName()))));
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
    public static Optional<AllocationRun> of(
            RunnerContext context, StoredAllocation stored, AllocationListener listener) {
        return stored.job().getJob().getTaskGroupsList().stream()
                .filter(group -> group.getName().equals(stored.allocation().getTaskGroup()))
                .findFirst()
                .map(group -> new AllocationRun(context, stored, group, listener));
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
        return tasks.values().stream().allMatch(TaskRun::isDead);
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
        return new StoredAllocation(allocation, origin.job());
    }

    /**
     * What the server must know of it.
     *
     * @return how it is now
     */
    public AllocationUpdate update() {
        return AllocationUpdate.newBuilder()
                .setAllocationId(id())
                .setClientStatus(allocation.getClientStatus())
                .setDescription(allocation.getDescription())
                .addAllTaskStates(allocation.getTaskStatesList())
                .build();
    }

    /**
     * Where to read what a task writes.
     *
     * @param task its name
     * @param stream which output; stdout if not said
     * @return the output; empty if the group has no such task
     */
    public Optional<LogSource> log(String task, LogStream stream) {
        return Optional.ofNullable(tasks.get(task)).map(run -> {
            TaskDirectory directory = run.directory();
            boolean isStderr = stream == LogStream.LOG_STREAM_STDERR;
            return new LogSource(isStderr ? directory.stderr() : directory.stdout(), run::isDead);
        });
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
     * Makes the directories of a fresh allocation and starts its tasks. What can't be done ends as a failed task, not
     * with an exception.
     */
    public void begin() {
        try {
            context.directories().create(id());
        } catch (IOException e) {
            tasks.values().forEach(task -> task.fail("Can't make the allocation's directory: " + e));
        }
        startTasks();
    }

    /**
     * Looks for the tasks that an earlier process has started. May take as long as the drivers do.
     *
     * @return what the drivers call those that were found, whether they still run or not
     */
    public List<String> findTasks() {
        return tasks.values().stream().flatMap(task -> task.find().stream()).toList();
    }

    /** Goes on with what {@link #findTasks()} has found, and starts what had not been started yet. */
    public void resume() {
        if (allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_STOP) {
            // What was not found is not started first.
            tasks.values().forEach(task -> task.kill("The allocation shall stop"));
        }
        startTasks();
    }

    /**
     * Stops all tasks. Does nothing to those that are dead.
     *
     * @param why for people
     */
    public void stop(String why) {
        if (allocation.getDesiredStatus() != DesiredStatus.DESIRED_STATUS_STOP) {
            allocation = allocation.toBuilder()
                    .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                    .build();
        }
        tasks.values().forEach(task -> task.kill(why));
    }

    /** Leaves the tasks running without this process; afterwards {@link #join} waits for the threads to have let go. */
    public void detach() {
        tasks.values().forEach(TaskRun::detach);
    }

    /**
     * Waits for the threads of the tasks. To be called on another thread than the owner's, which they may wait for.
     *
     * @param atMost how long to wait for each
     * @throws InterruptedException if the thread was interrupted
     */
    public void join(Duration atMost) throws InterruptedException {
        for (TaskRun task : tasks.values()) {
            task.join(atMost);
        }
    }

    private TaskRun taskRun(Task task, TaskState known) {
        TaskHistory history = known == null
                ? TaskHistory.begin(task.getName(), context.clock())
                : new TaskHistory(known, context.clock());
        TaskDirectory directory = context.directories().of(id(), task.getName());
        return new TaskRun(context, task.getDriver(), directory, history, this::taskChanged);
    }

    private void startTasks() {
        group.getTasksList().forEach(task -> tasks.get(task.getName()).start(request(task)));
        sumUp();
        listener.changed(this);
    }

    private TaskRequest request(Task task) {
        TaskEnvironment environment =
                TaskEnvironment.of(context.node().get(), origin.job().getJob(), group, task, allocation);
        return new TaskRequest(
                environment.interpolate(task),
                environment.variables(),
                allocation.getPortsList().stream()
                        .filter(port -> port.getTask().equals(task.getName()))
                        .toList(),
                tasks.get(task.getName()).directory());
    }

    private boolean taskChanged(TaskRun task) {
        if (task.hasFailed()) {
            // It is dead itself and stays as it is.
            tasks.values().forEach(other -> other.kill("Task \"%s\" of the same group failed".formatted(task.name())));
        }
        sumUp();
        return listener.changed(this);
    }

    private void sumUp() {
        List<TaskState> states = tasks.values().stream().map(TaskRun::state).toList();
        ClientStatus status = ClientStatuses.of(states);
        allocation = allocation.toBuilder()
                .setClientStatus(status)
                .setDescription(describe(status, states))
                .clearTaskStates()
                .addAllTaskStates(states)
                .build();
    }

    private static String describe(ClientStatus status, List<TaskState> states) {
        Optional<TaskState> failed =
                states.stream().filter(TaskState::getFailed).findFirst();
        if (failed.isPresent()) {
            TaskState task = failed.get();
            return "Task \"%s\" failed: %s"
                    .formatted(
                            task.getTask(),
                            task.getEvents(task.getEventsCount() - 1).getMessage());
        }
        return switch (status) {
            case CLIENT_STATUS_COMPLETE -> "All tasks have ended";
            case CLIENT_STATUS_RUNNING -> "All tasks have started";
            default -> "Tasks are being started";
        };
    }
}
