package dev.gantry.node.allocation;

import dev.gantry.driver.RunningTask;
import dev.gantry.model.ProtoTimes;
import dev.gantry.node.check.CheckProbe;
import dev.gantry.node.check.CheckScheduler;
import dev.gantry.v1.Check;
import dev.gantry.v1.CheckState;
import dev.gantry.v1.CheckStatus;
import dev.gantry.v1.Service;
import dev.gantry.v1.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The checks of the services of one task. They are probed while the task runs and pending while it does not. Owned by
 * the owner thread.
 */
final class TaskChecks {

    private final RunnerContext context;
    private final Listener listener;
    private final Map<Key, CheckState> states = new LinkedHashMap<>();
    private final List<ProbedCheck> probed = new ArrayList<>();

    /** Called on the owner thread. */
    interface Listener {

        /** Handles a change of the status of a check. */
        void changed();

        /** Restarts the task: a check has failed as often as its check_restart block allows. */
        void restart(String why);
    }

    /** Identifies a check of the task. */
    private record Key(String service, String check) {

        static Key of(CheckState state) {
            return new Key(state.getService(), state.getCheck());
        }
    }

    /** Takes over the known states of checks. A check without a known state is pending. */
    TaskChecks(RunnerContext context, Task task, List<CheckState> known, Listener listener) {
        this.context = context;
        this.listener = listener;
        known.forEach(state -> states.put(Key.of(state), state));
        define(task);
    }

    /** Returns the states of the checks, in the order of the job. */
    List<CheckState> states() {
        return List.copyOf(states.values());
    }

    boolean allPass() {
        return states.values().stream().allMatch(state -> state.getStatus() == CheckStatus.CHECK_STATUS_PASSING);
    }

    /** Replaces the checks by those of a newer definition of the task. Checks that are in both keep their states. */
    void define(Task task) {
        Map<Key, CheckState> known = Map.copyOf(states);
        states.clear();
        for (Service service : task.getServicesList()) {
            for (Check check : service.getChecksList()) {
                Key key = new Key(service.getName(), check.getName());
                CheckState pending = CheckState.newBuilder()
                        .setTask(task.getName())
                        .setService(key.service())
                        .setCheck(key.check())
                        .setStatus(CheckStatus.CHECK_STATUS_PENDING)
                        .setStatusTime(now())
                        .build();
                states.put(key, known.getOrDefault(key, pending));
            }
        }
    }

    /**
     * Begins to probe, since the task runs.
     *
     * @param task the definition of the task
     * @param running the running task
     * @param probes makes the probes
     */
    void begin(Task task, RunningTask running, TaskProbes probes) {
        end();
        for (Service service : task.getServicesList()) {
            for (Check check : service.getChecksList()) {
                Key key = new Key(service.getName(), check.getName());
                if (check.getPassesInitially()) {
                    passInitially(key);
                }
                probed.add(new ProbedCheck(key, check, probes.of(check, running)));
            }
        }
    }

    /** A state that the task had before a restart of the node stays. */
    private void passInitially(Key key) {
        states.computeIfPresent(
                key,
                (same, state) -> state.getStatus() == CheckStatus.CHECK_STATUS_PENDING
                        ? state.toBuilder()
                                .setStatus(CheckStatus.CHECK_STATUS_PASSING)
                                .setOutput("Passes initially")
                                .setStatusTime(now())
                                .build()
                        : state);
    }

    /** Ends all probes; the states stay. */
    void end() {
        probed.forEach(ProbedCheck::end);
        probed.clear();
    }

    /** Ends all probes and makes all checks pending, since the task does not run. */
    void reset() {
        end();
        states.replaceAll((key, state) -> state.getStatus() == CheckStatus.CHECK_STATUS_PENDING
                ? state
                : state.toBuilder()
                        .setStatus(CheckStatus.CHECK_STATUS_PENDING)
                        .setOutput("The task does not run")
                        .setStatusTime(now())
                        .build());
    }

    private com.google.protobuf.Timestamp now() {
        return ProtoTimes.toTimestampMillis(context.clock().instant());
    }

    /** A check that is probed. */
    private final class ProbedCheck {

        private final Key key;
        private final Check check;
        private final Instant since = context.steady().instant();
        private final CheckScheduler.RepeatedProbe repeated;
        private int failures;
        private boolean answeredOnce;
        private boolean ended;

        ProbedCheck(Key key, Check check, CheckProbe probe) {
            this.key = key;
            this.check = check;
            Consumer<CheckProbe.Result> listener = result -> context.owner().execute(() -> handle(result));
            Duration interval = duration(check.getInterval());
            // A probe at once would find a service that is still starting, and end what the initial status is for.
            Duration delay = check.getPassesInitially() ? interval : Duration.ZERO;
            this.repeated = context.checkScheduler().begin(probe, delay, interval, listener);
        }

        void end() {
            ended = true;
            repeated.end();
        }

        private void handle(CheckProbe.Result result) {
            if (ended) {
                return;
            }
            CheckStatus status = result.passes() ? CheckStatus.CHECK_STATUS_PASSING : CheckStatus.CHECK_STATUS_FAILING;
            CheckState before = states.get(key);
            boolean isOtherStatus = before.getStatus() != status;
            // The output may still come from the check as it was before an in-place update.
            boolean isOtherOutput = !answeredOnce && !before.getOutput().equals(result.output());
            answeredOnce = true;
            if (isOtherStatus || isOtherOutput) {
                states.put(
                        key,
                        before.toBuilder()
                                .setStatus(status)
                                .setOutput(result.output())
                                .setStatusTime(isOtherStatus ? now() : before.getStatusTime())
                                .build());
                listener.changed();
            }
            count(result);
        }

        private void count(CheckProbe.Result result) {
            Duration grace = duration(check.getCheckRestart().getGrace());
            boolean counts = !result.passes() && !context.steady().instant().isBefore(since.plus(grace));
            boolean isGood = result.passes()
                    || (result.warns() && check.getCheckRestart().getIgnoreWarnings());
            failures = isGood ? 0 : failures + (counts ? 1 : 0);
            if (check.hasCheckRestart()
                    && failures >= Math.max(1, check.getCheckRestart().getLimit())) {
                failures = 0;
                listener.restart("Check \"%s\" of service \"%s\" keeps failing: %s"
                        .formatted(key.check(), key.service(), result.output()));
            }
        }
    }

    private static Duration duration(com.google.protobuf.Duration duration) {
        return ProtoTimes.toDuration(duration);
    }
}
