package dev.gantry.node.allocation;

import com.google.protobuf.util.Durations;
import dev.gantry.driver.TaskExit;
import dev.gantry.model.ProtoTimes;
import dev.gantry.node.state.RestartWindow;
import dev.gantry.v1.RestartMode;
import dev.gantry.v1.RestartPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Decides whether and when a task that has ended, or could not be started, is started again. The rules are Nomad's
 * ({@code restarts.go}). Pure.
 *
 * @param policy the restart policy, with its defaults filled in
 * @param evenOnSuccess whether a task that has succeeded is started again, too
 */
record RestartRule(RestartPolicy policy, boolean evenOnSuccess) {

    private static final double JITTER = 0.25;

    /** The decision about a task. */
    sealed interface Decision {

        /**
         * The task is started again.
         *
         * @param window the use of the policy after the restart, with the time of the start
         * @param delay the wait before the start
         * @param why the reason, for people
         */
        record Again(RestartWindow window, Duration delay, String why) implements Decision {}

        /**
         * The task has failed.
         *
         * @param why the reason, for people
         */
        record Failed(String why) implements Decision {}

        /** The task has succeeded, and is not started again. */
        record Done() implements Decision {}
    }

    Decision afterExit(TaskExit exit, RestartWindow used, Instant now, RandomGenerator random) {
        return exit.isSuccess() && !evenOnSuccess ? new Decision.Done() : again(used, now, random);
    }

    Decision afterFailedStart(StartFailure failure, RestartWindow used, Instant now, RandomGenerator random) {
        return failure.isWorthRetrying()
                ? again(used, now, random)
                : new Decision.Failed("Starting it again on this node would not help");
    }

    /** Decides about a restart that a user has asked for: at once, and the policy does not count it. */
    static Decision onRequest(RestartWindow used) {
        return new Decision.Again(used, Duration.ZERO, "On request");
    }

    /** Decides about a restart for any reason, such as a check that keeps failing. */
    Decision again(RestartWindow used, Instant now, RandomGenerator random) {
        if (policy.getAttempts() == 0) {
            return new Decision.Failed("The restart policy allows no restarts");
        }
        // The clock was set back since the interval began: begin the interval now.
        Instant known = used.begin().isAfter(now) ? now : used.begin();
        boolean isNew = used.restarts() == 0 || now.isAfter(end(known));
        int restarts = isNew ? 1 : used.restarts() + 1;
        Instant begin = isNew ? now : known;
        if (restarts <= policy.getAttempts()) {
            return waiting(
                    restarts,
                    begin,
                    now,
                    jittered(random),
                    "Restart %d of %d within %s"
                            .formatted(restarts, policy.getAttempts(), Durations.toString(policy.getInterval())));
        }
        String exceeded = "All %d restarts within %s are used up"
                .formatted(policy.getAttempts(), Durations.toString(policy.getInterval()));
        if (policy.getMode() == RestartMode.RESTART_MODE_DELAY) {
            // Wait for the end of the interval. The start begins a new interval.
            return waiting(policy.getAttempts(), begin, now, Duration.between(now, end(begin)), exceeded);
        }
        return new Decision.Failed(exceeded + " and the mode is fail");
    }

    /**
     * Returns the rest of a wait for the next start that an earlier process of the node has decided.
     *
     * @return the rest, at most the longest wait of the policy, even if the clock was set back
     */
    Duration delay(RestartWindow used, Instant now) {
        Duration left = used.due().map(due -> Duration.between(now, due)).orElse(Duration.ZERO);
        Duration longest = max(
                duration(policy.getInterval()),
                duration(policy.getDelay()).plus(duration(policy.getDelay()).dividedBy(4)));
        return left.compareTo(longest) > 0 ? longest : left;
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private static Decision waiting(int restarts, Instant begin, Instant now, Duration delay, String why) {
        return new Decision.Again(new RestartWindow(restarts, begin, Optional.of(now.plus(delay))), delay, why);
    }

    private Instant end(Instant begin) {
        return begin.plus(duration(policy.getInterval()));
    }

    private Duration jittered(RandomGenerator random) {
        Duration delay = duration(policy.getDelay());
        return delay.plusNanos((long) (delay.toNanos() * JITTER * random.nextDouble()));
    }

    private static Duration duration(com.google.protobuf.Duration duration) {
        return ProtoTimes.toDuration(duration);
    }
}
