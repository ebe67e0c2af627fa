package dev.gantry.node.allocation;

import dev.gantry.model.PolicyDefaults;
import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.HealthCheck;
import dev.gantry.v1.Job;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.UpdateStrategy;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Decides once whether an allocation is healthy, by the update strategy of its group. An allocation is healthy if its
 * tasks run and its checks pass for the minimum healthy time without a break. An allocation is unhealthy if a task
 * fails, or if the healthy deadline passes before that. As in Nomad, the deadline begins when this process of the node
 * takes up the allocation, or its deployment.
 *
 * <p>Owned by the owner thread.
 */
final class HealthWatcher {

    private final RunnerContext.Timer timer;
    private final Duration minHealthyTime;
    private final boolean needsChecks;
    private final Consumer<Boolean> listener;
    private final Future<?> deadline;
    private Optional<Future<?>> goodSince = Optional.empty();
    private boolean decided;

    private HealthWatcher(UpdateStrategy strategy, RunnerContext.Timer timer, Consumer<Boolean> listener) {
        this.timer = timer;
        this.listener = listener;
        this.minHealthyTime = duration(strategy.getMinHealthyTime());
        this.needsChecks = strategy.getHealthCheck() != HealthCheck.HEALTH_CHECK_TASK_STATES;
        this.deadline = timer.schedule(() -> decide(false), duration(strategy.getHealthyDeadline()));
    }

    /** Returns the update strategy of a group; empty if the health of its allocations is not needed. */
    static Optional<UpdateStrategy> strategy(Job job, TaskGroup group, String deploymentId) {
        if (group.hasUpdate()) {
            return Optional.of(PolicyDefaults.apply(group.getUpdate()));
        }
        return job.hasUpdate() || !deploymentId.isEmpty()
                ? Optional.of(PolicyDefaults.apply(job.getUpdate()))
                : Optional.empty();
    }

    /**
     * Begins to watch.
     *
     * @param strategy the update strategy, with its defaults filled in
     * @param timer measures the times of the strategy
     * @param listener gets the decision once, on the owner thread
     */
    static HealthWatcher begin(UpdateStrategy strategy, RunnerContext.Timer timer, Consumer<Boolean> listener) {
        return new HealthWatcher(strategy, timer, listener);
    }

    /** Handles a change of the tasks. */
    void update(Collection<TaskRunner> tasks) {
        if (decided) {
            return;
        }
        List<TaskRunner> counted =
                tasks.stream().filter(task -> task.role() != TaskRole.POSTSTOP).toList();
        boolean allRun = counted.stream()
                .allMatch(task ->
                        task.role() == TaskRole.PRESTART ? task.isDead() && !task.hasFailed() : task.isRunning());
        boolean allPass = counted.stream().allMatch(TaskRunner::allChecksPass);
        boolean isLost = counted.stream()
                .anyMatch(task -> task.hasFailed() || (task.isDead() && task.role() != TaskRole.PRESTART));
        boolean isGood = allRun && (allPass || !needsChecks);
        if (isLost) {
            decide(false);
        } else if (isGood && goodSince.isEmpty()) {
            goodSince = Optional.of(timer.schedule(() -> decide(true), minHealthyTime));
        } else if (!isGood) {
            interrupt();
        }
    }

    /** Ends the watch without a decision. */
    void end() {
        decided = true;
        deadline.cancel(false);
        interrupt();
    }

    private void decide(boolean isHealthy) {
        end();
        listener.accept(isHealthy);
    }

    private void interrupt() {
        goodSince.ifPresent(since -> since.cancel(false));
        goodSince = Optional.empty();
    }

    private static Duration duration(com.google.protobuf.Duration duration) {
        return ProtoTimes.toDuration(duration);
    }
}
