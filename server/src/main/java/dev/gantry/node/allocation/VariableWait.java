package dev.gantry.node.allocation;

import dev.gantry.model.VariableReference;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskVariables;
import dev.gantry.v1.Variable;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * Waits until the server has all values that a start of a task needs, as Nomad's templates do: asks again after growing
 * delays, for as long as the task is to start. Owned by the owner thread. Keeps no value.
 */
final class VariableWait implements VariableSource.Question {

    private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(30);

    /** The most missing values that an event names. */
    private static final int NAMED = 10;

    private final RunnerContext context;
    private final String allocationId;
    private final Starting task;
    private final CompletableFuture<Optional<Map<VariableReference, String>>> values = new CompletableFuture<>();
    private Duration delay = FIRST_DELAY;
    private int attempts;

    /** The task that waits. */
    interface Starting {

        /** Returns true while the task is to start. */
        boolean isNeeded();

        /** Returns the newest definition of the task. */
        Task task();

        /**
         * Handles that the server lacks values.
         *
         * @param why what the task waits for, without any value
         * @param attempts how often the server was asked, 1 or more
         */
        void waiting(String why, int attempts);
    }

    /**
     * Prepares a wait; {@link #begin} begins it.
     *
     * @param context the parts of the node
     * @param allocationId the allocation
     * @param task the task that waits
     */
    VariableWait(RunnerContext context, String allocationId, Starting task) {
        this.context = context;
        this.allocationId = allocationId;
        this.task = task;
    }

    /**
     * Asks for the values.
     *
     * @return completed on the owner thread with the value of each reference, at once if the task has none; with nothing
     *     once the task is not to start any more
     */
    CompletableFuture<Optional<Map<VariableReference, String>>> begin() {
        ask();
        return values;
    }

    private void ask() {
        if (!isNeeded()) {
            values.complete(Optional.empty());
        } else if (VariableReference.of(task.task()).isEmpty()) {
            values.complete(Optional.of(Map.of()));
        } else {
            context.variables().ask(allocationId, task.task().getName(), this);
        }
    }

    @Override
    public boolean isNeeded() {
        return task.isNeeded();
    }

    @Override
    public void answered(TaskVariables answer) {
        Map<VariableReference, String> known = new HashMap<>();
        for (Variable variable : answer.getVariablesList()) {
            variable.getItemsMap()
                    .forEach((key, value) -> known.put(new VariableReference(variable.getPath(), key), value));
        }
        Set<VariableReference> missing = new LinkedHashSet<>(VariableReference.of(task.task()));
        missing.removeAll(known.keySet());
        if (!isNeeded()) {
            values.complete(Optional.empty());
        } else if (missing.isEmpty()) {
            values.complete(Optional.of(known));
        } else {
            attempts++;
            task.waiting(
                    answer.getError().isEmpty() ? text(missing) : "Waiting for variables: " + answer.getError(),
                    attempts);
            var unused = context.timer().schedule(this::ask, context.jitter(delay));
            Duration doubled = delay.multipliedBy(2);
            delay = doubled.compareTo(LONGEST_DELAY) < 0 ? doubled : LONGEST_DELAY;
        }
    }

    private static String text(Set<VariableReference> missing) {
        return missing.stream()
                .limit(NAMED)
                .map(reference -> "variable \"%s\" key \"%s\"".formatted(reference.path(), reference.key()))
                .collect(Collectors.joining(", ", "Waiting for ", missing.size() > NAMED ? " and others" : ""));
    }
}
