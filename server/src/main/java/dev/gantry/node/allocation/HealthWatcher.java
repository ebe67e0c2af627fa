package dev.gantry.node.allocation;

import dev.gantry.model.PolicyDefaults;
import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.HealthCheck;
import dev.gantry.v1.Job;
import dev.gantry.v1.MigrateStrategy;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.UpdateStrategy;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Decides once whether an allocation is healthy, by the update or the migrate strategy of its group. An allocation is healthy if its
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

    private HealthWatcher(Rule rule, RunnerContext.Timer timer, Consumer<Boolean> listener) {
        this.timer = timer;
        this.listener = listener;
        this.minHealthyTime = rule.minHealthyTime();
        this.needsChecks = rule.needsChecks();
        this.deadline = timer.schedule(() -> decide(false), rule.healthyDeadline());
    }

    /**
     * When an allocation is healthy.
     *
     * @param needsChecks true if its checks must pass; false if it is enough that its tasks run
     * @param minHealthyTime for how long without a break
     * @param healthyDeadline when it counts as unhealthy if it has not been healthy for so long
     */
    record Rule(boolean needsChecks, Duration minHealthyTime, Duration healthyDeadline) {

        /**
         * Returns the rule for an allocation: of the update strategy if it belongs to a deployment, else of the migrate
         * strategy, as in Nomad; of the update strategy if there is no other. Empty if nobody needs to know its health, and
         * if people say whether an allocation of a deployment is healthy.
         */
        static Optional<Rule> of(Job job, TaskGroup group, String deploymentId) {
            if (deploymentId.isEmpty() && group.hasMigrate()) {
                MigrateStrategy migrate = group.getMigrate();
                return Optional.of(
                        of(migrate.getHealthCheck(), migrate.getMinHealthyTime(), migrate.getHealthyDeadline()));
            }
            if (!group.hasUpdate() && !job.hasUpdate() && deploymentId.isEmpty()) {
                return Optional.empty();
            }
            UpdateStrategy update =
                    PolicyDefaults.apply(job.getType(), group.hasUpdate() ? group.getUpdate() : job.getUpdate());
            boolean isManual = update.getHealthCheck() == HealthCheck.HEALTH_CHECK_MANUAL && !deploymentId.isEmpty();
            return isManual ? Optional.empty() : Optional.of(of(update));
        }

        private static Rule of(UpdateStrategy update) {
            return of(update.getHealthCheck(), update.getMinHealthyTime(), update.getHealthyDeadline());
        }

        private static Rule of(
                HealthCheck check,
                com.google.protobuf.Duration minHealthyTime,
                com.google.protobuf.Duration healthyDeadline) {
            return new Rule(
                    check != HealthCheck.HEALTH_CHECK_TASK_STATES,
                    ProtoTimes.toDuration(minHealthyTime),
                    ProtoTimes.toDuration(healthyDeadline));
        }
    }

    /**
     * Begins to watch.
     *
     * @param rule when the allocation is healthy
     * @param timer measures the times of the rule
     * @param listener gets the decision once, on the owner thread
     */
    static HealthWatcher begin(Rule rule, RunnerContext.Timer timer, Consumer<Boolean> listener) {
        return new HealthWatcher(rule, timer, listener);
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
}
