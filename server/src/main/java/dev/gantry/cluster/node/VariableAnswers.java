package dev.gantry.cluster.node;

import dev.gantry.cluster.RefusedException;
import dev.gantry.model.VariableReference;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskVariables;
import dev.gantry.v1.Variable;
import dev.gantry.v1.VariablesRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Answers nodes that ask for the values of variables. A node gets the values that a task of an allocation refers to which
 * is to run on this node and has not ended, and no others: it can't read variables of jobs that run elsewhere.
 *
 * @param tasks finds the tasks that a node asks for
 * @param variables reads a variable by its path, with its items; empty if there is none
 */
public record VariableAnswers(NodeTasks tasks, Function<String, Optional<Variable>> variables) {

    /** The most bytes of variables in an answer. */
    static final int LARGEST = 1024 * 1024;

    /** Answers a request. May block on the database. */
    TaskVariables answer(String nodeId, VariablesRequest request) {
        TaskVariables.Builder answer = TaskVariables.newBuilder().setRequestId(request.getRequestId());
        Optional<NodeTasks.Found> task = tasks.find(nodeId, request.getAllocationId(), request.getTask());
        if (task.isEmpty()) {
            return answer.setError(NodeTasks.missing(request.getAllocationId(), request.getTask()))
                    .build();
        }
        try {
            answer.addAllVariables(values(task.get().jobId(), task.get().task()));
        } catch (RefusedException e) {
            return answer.setError(e.getMessage()).build();
        }
        return answer.getVariablesList().stream()
                                .mapToLong(Variable::getSerializedSize)
                                .sum()
                        <= LARGEST
                ? answer.build()
                : answer.clearVariables()
                        .setError(
                                "The variables of task \"%s\" have more than 1 MiB together: use fewer, or smaller ones"
                                        .formatted(request.getTask()))
                        .build();
    }

    /** Reads the values of the job's own variables: the server has checked the job's references, an older one had none. */
    private List<Variable> values(String jobId, Task task) {
        Map<String, Variable.Builder> found = new LinkedHashMap<>();
        Map<String, Optional<Variable>> read = new LinkedHashMap<>();
        for (VariableReference reference : VariableReference.of(task)) {
            if (!reference.isOfJob(jobId)) {
                continue;
            }
            Optional.ofNullable(read.computeIfAbsent(reference.path(), variables)
                            .map(Variable::getItemsMap)
                            .orElse(Map.of())
                            .get(reference.key()))
                    .ifPresent(value -> found.computeIfAbsent(
                                    reference.path(),
                                    path -> Variable.newBuilder().setPath(path))
                            .putItems(reference.key(), value));
        }
        return found.values().stream().map(Variable.Builder::build).toList();
    }
}
