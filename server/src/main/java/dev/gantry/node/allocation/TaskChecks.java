package dev.gantry.node.allocation;

import com.google.protobuf.util.Timestamps;
import dev.gantry.driver.RunningTask;
import dev.gantry.model.ProtoTimes;
import dev.gantry.node.check.Answer;
import dev.gantry.node.check.Asker;
import dev.gantry.node.check.Question;
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
 * The checks of one task's services: asked while the task runs, pending while it does not. Owned by the owner thread.
 */
final class TaskChecks {

    private final RunnerContext context;
    private final Listener listener;
    private final Map<Key, CheckState> states = new LinkedHashMap<>();
    private final List<Asked> asked = new ArrayList<>();

    /** Called on the owner thread. */
    interface Listener {

        /** The status of a check is another one. */
        void changed();

        /** A check goes on failing, and its task shall be restarted for that. */
        void restart(String why);
    }

    /** Names a check of the task. */
    private record Key(String service, String check) {

        static Key of(CheckState state) {
            return new Key(state.getService(), state.getCheck());
        }
    }

    /** Begins with what was known of the checks before; a check that is not known is pending. */
    TaskChecks(RunnerContext context, Task task, List<CheckState> known, Listener listener) {
        this.context = context;
        this.listener = listener;
        known.forEach(state -> states.put(Key.of(state), state));
        define(task);
    }

    /** How they are, in the order of the job. */
    List<CheckState> states() {
        return List.copyOf(states.values());
    }

    boolean allPass() {
        return states.values().stream().allMatch(state -> state.getStatus() == CheckStatus.CHECK_STATUS_PASSING);
    }

    /** From now on these are the task's checks; what is known of those that stay is kept. */
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
                        .setSince(now())
                        .build();
                states.put(key, known.getOrDefault(key, pending));
            }
        }
    }

    /**
     * The task runs: begins to ask.
     *
     * @param task its definition
     * @param running the task
     * @param questions makes the questions
     */
    void begin(Task task, RunningTask running, CheckQuestions questions) {
        end();
        for (Service service : task.getServicesList()) {
            for (Check check : service.getChecksList()) {
                Key key = new Key(service.getName(), check.getName());
                asked.add(new Asked(key, check, questions.of(check, running)));
            }
        }
    }

    /** Asks no more; what is known stays. */
    void end() {
        asked.forEach(Asked::end);
        asked.clear();
    }

    /** The task does not run: nothing is known any more. */
    void reset() {
        end();
        states.replaceAll((key, state) -> state.getStatus() == CheckStatus.CHECK_STATUS_PENDING
                ? state
                : state.toBuilder()
                        .setStatus(CheckStatus.CHECK_STATUS_PENDING)
                        .setOutput("The task does not run")
                        .setSince(now())
                        .build());
    }

    private com.google.protobuf.Timestamp now() {
        return Timestamps.fromMillis(context.clock().instant().toEpochMilli());
    }

    /** A check that is asked again and again. */
    private final class Asked {

        private final Key key;
        private final Check check;
        private final Instant since = context.steady().instant();
        private final Asker.Asking asking;
        private int failures;
        private boolean ended;

        Asked(Key key, Check check, Question question) {
            this.key = key;
            this.check = check;
            Consumer<Answer> told = answer -> context.owner().execute(() -> answered(answer));
            this.asking = context.asker().begin(question, duration(check.getInterval()), told);
        }

        void end() {
            ended = true;
            asking.end();
        }

        private void answered(Answer answer) {
            if (ended) {
                return;
            }
            CheckStatus status = answer.passes() ? CheckStatus.CHECK_STATUS_PASSING : CheckStatus.CHECK_STATUS_FAILING;
            CheckState before = states.get(key);
            if (before.getStatus() != status) {
                states.put(
                        key,
                        before.toBuilder()
                                .setStatus(status)
                                .setOutput(answer.output())
                                .setSince(now())
                                .build());
                listener.changed();
            }
            count(answer);
        }

        private void count(Answer answer) {
            Duration grace = duration(check.getCheckRestart().getGrace());
            boolean counts = !answer.passes() && !context.steady().instant().isBefore(since.plus(grace));
            failures = answer.passes() ? 0 : failures + (counts ? 1 : 0);
            if (check.hasCheckRestart()
                    && failures >= Math.max(1, check.getCheckRestart().getLimit())) {
                failures = 0;
                listener.restart("Check \"%s\" of service \"%s\" goes on failing: %s"
                        .formatted(key.check(), key.service(), answer.output()));
            }
        }
    }

    private static Duration duration(com.google.protobuf.Duration duration) {
        return ProtoTimes.toDuration(duration);
    }
}
