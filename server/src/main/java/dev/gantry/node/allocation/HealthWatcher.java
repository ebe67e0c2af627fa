package dev.gantry.node.allocation;

import dev.gantry.model.PolicyDefaults;
import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.HealthCheck;
import dev.gantry.v1.Job;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.UpdateStrategy;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Finds out once whether an allocation is healthy, by its group's update strategy: it is when it has been good for the
 * minimum time without a break, and it is not when a task fails or the deadline comes first. As in Nomad the deadline is
 * counted from when this process of the node took the allocation, or its deployment, up.
 *
 * <p>Owned by the owner thread.
 */
final class HealthWatcher {

    private final Timer timer;
    private final Duration minHealthyTime;
    private final boolean needsChecks;
    private final Consumer<Boolean> verdict;
    private final Future<?> deadline;
    private Optional<Future<?>> goodSince = Optional.empty();
    private boolean decided;

    private HealthWatcher(UpdateStrategy strategy, Timer timer, Consumer<Boolean> verdict) {
        this.timer = timer;
        this.verdict = verdict;
        this.minHealthyTime = duration(strategy.getMinHealthyTime());
        this.needsChecks = strategy.getHealthCheck() != HealthCheck.HEALTH_CHECK_TASK_STATES;
        this.deadline = timer.schedule(() -> decide(false), duration(strategy.getHealthyDeadline()));
    }

    /** The strategy of a group; empty if nobody wants to know how healthy its allocations are. */
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
     * @param strategy what is healthy, whole
     * @param timer for the times of the strategy
     * @param verdict told once, on the owner thread
     */
    static HealthWatcher begin(UpdateStrategy strategy, Timer timer, Consumer<Boolean> verdict) {
        return new HealthWatcher(strategy, timer, verdict);
    }

    /**
     * Takes a look, after each change.
     *
     * @param allRun whether all tasks run that should
     * @param allPass whether all checks pass
     * @param isLost whether a task has ended that should not have
     */
    void look(boolean allRun, boolean allPass, boolean isLost) {
        if (decided) {
            return;
        }
        boolean isGood = allRun && (allPass || !needsChecks);
        if (isLost) {
            decide(false);
        } else if (isGood && goodSince.isEmpty()) {
            goodSince = Optional.of(timer.schedule(() -> decide(true), minHealthyTime));
        } else if (!isGood) {
            interrupt();
        }
    }

    /** Nobody wants to know any more. */
    void end() {
        decided = true;
        deadline.cancel(false);
        interrupt();
    }

    private void decide(boolean isHealthy) {
        end();
        verdict.accept(isHealthy);
    }

    private void interrupt() {
        goodSince.ifPresent(since -> since.cancel(false));
        goodSince = Optional.empty();
    }

    private static Duration duration(com.google.protobuf.Duration duration) {
        return ProtoTimes.toDuration(duration);
    }
}
