package dev.gantry.api;

import dev.gantry.model.FieldPath;
import dev.gantry.v1.DelayFunction;
import dev.gantry.v1.JobType;
import dev.gantry.v1.ReschedulePolicy;
import dev.gantry.v1.RestartMode;
import dev.gantry.v1.RestartPolicy;
import dev.gantry.v1.TaskGroup;
import java.time.Duration;

/** Validates the {@code restart} and {@code reschedule} blocks of a group by Nomad's rules. */
final class FailurePolicyValidator {

    /** As in Nomad: tasks that fail at once would be restarted without a limit. */
    private static final Duration SHORTEST_RESTART_INTERVAL = Duration.ofSeconds(5);

    private static final Duration SHORTEST = Duration.ofMillis(1);

    private FailurePolicyValidator() {}

    /** Validates a group that has its defaults. */
    static void check(JobType type, TaskGroup group, String path, Violations violations) {
        checkRestart(group.getRestart(), path + ".restart", violations);
        for (int i = 0; i < group.getTasksCount(); i++) {
            if (group.getTasks(i).hasRestart()) {
                checkRestart(
                        group.getTasks(i).getRestart(), FieldPath.element(path + ".tasks", i) + ".restart", violations);
            }
        }
        if (!group.hasReschedule()) {
            return;
        }
        if (type == JobType.JOB_TYPE_SYSTEM) {
            violations.add(path + ".reschedule", "is not for system jobs, which have no other node: take it out");
        } else {
            checkReschedule(group.getReschedule(), path + ".reschedule", violations);
        }
    }

    private static void checkRestart(RestartPolicy restart, String path, Violations violations) {
        if (restart.getAttempts() < 0) {
            violations.add(path + ".attempts", "%d is below 0".formatted(restart.getAttempts()));
        }
        if (restart.getMode() == RestartMode.UNRECOGNIZED) {
            violations.add(path + ".mode", "%d is no mode: use fail or delay".formatted(restart.getModeValue()));
        }
        boolean isInterval = DurationValidator.check(
                path + ".interval", restart.getInterval(), SHORTEST_RESTART_INTERVAL, violations);
        boolean isDelay = DurationValidator.check(path + ".delay", restart.getDelay(), Duration.ZERO, violations);
        if (!isInterval || !isDelay) {
            return;
        }
        Duration interval = DurationValidator.of(restart.getInterval());
        Duration delay = DurationValidator.of(restart.getDelay());
        if (delay.multipliedBy(Math.max(0, restart.getAttempts())).compareTo(interval) > 0) {
            addShort(path, interval, restart.getAttempts() + " restarts", delay, violations);
        }
    }

    private static void addShort(
            String path, Duration interval, String attempts, Duration delay, Violations violations) {
        violations.add(
                path + ".interval",
                "%s is too short for %s with a delay of %s: make it longer, or allow fewer"
                        .formatted(DurationValidator.text(interval), attempts, DurationValidator.text(delay)));
    }

    private static void checkReschedule(ReschedulePolicy policy, String path, Violations violations) {
        if (policy.getAttempts() < 0) {
            violations.add(path + ".attempts", "%d is below 0".formatted(policy.getAttempts()));
        } else if (policy.getUnlimited() && policy.getAttempts() > 0) {
            violations.add(
                    path + ".attempts",
                    "%d beside unlimited is ambiguous: take one of them out".formatted(policy.getAttempts()));
        }
        if (policy.getDelayFunction() == DelayFunction.UNRECOGNIZED) {
            violations.add(
                    path + ".delay_function",
                    "%d is no function: use constant, exponential or fibonacci"
                            .formatted(policy.getDelayFunctionValue()));
        }
        boolean isInterval = DurationValidator.check(path + ".interval", policy.getInterval(), SHORTEST, violations);
        boolean isDelay = DurationValidator.check(path + ".delay", policy.getDelay(), SHORTEST, violations);
        boolean isMaxDelay = DurationValidator.check(path + ".max_delay", policy.getMaxDelay(), SHORTEST, violations);
        if (isInterval && isDelay && isMaxDelay) {
            checkRoom(policy, path, violations);
        }
    }

    private static void checkRoom(ReschedulePolicy policy, String path, Violations violations) {
        Duration delay = DurationValidator.of(policy.getDelay());
        Duration maxDelay = DurationValidator.of(policy.getMaxDelay());
        boolean isConstant = policy.getDelayFunction() == DelayFunction.DELAY_FUNCTION_CONSTANT;
        if (!isConstant && maxDelay.compareTo(delay) < 0) {
            violations.add(
                    path + ".max_delay",
                    "%s is less than delay, %s"
                            .formatted(DurationValidator.text(maxDelay), DurationValidator.text(delay)));
            return;
        }
        Duration interval = DurationValidator.of(policy.getInterval());
        if (!policy.getUnlimited() && waits(policy, delay, maxDelay).compareTo(interval) > 0) {
            addShort(path, interval, policy.getAttempts() + " attempts", delay, violations);
        }
    }

    /** Returns the sum of the delays of all attempts. */
    private static Duration waits(ReschedulePolicy policy, Duration delay, Duration maxDelay) {
        int left = Math.max(0, policy.getAttempts());
        Duration sum = Duration.ZERO;
        Duration before = Duration.ZERO;
        Duration next = delay;
        if (policy.getDelayFunction() == DelayFunction.DELAY_FUNCTION_CONSTANT) {
            return delay.multipliedBy(left);
        }
        // The delay grows at least like the Fibonacci numbers, so the loop reaches the longest delay in few steps.
        for (; left > 0 && next.compareTo(maxDelay) < 0; left--) {
            sum = sum.plus(next);
            Duration grown = policy.getDelayFunction() == DelayFunction.DELAY_FUNCTION_FIBONACCI
                    ? next.plus(before)
                    : next.multipliedBy(2);
            before = next;
            next = grown;
        }
        return sum.plus(maxDelay.multipliedBy(left));
    }
}
