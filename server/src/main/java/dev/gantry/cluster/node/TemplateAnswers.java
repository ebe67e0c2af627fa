package dev.gantry.cluster.node;

import dev.gantry.cluster.RefusedException;
import dev.gantry.model.VariableReference;
import dev.gantry.template.Lookup;
import dev.gantry.template.TaskLookups;
import dev.gantry.v1.ServiceInstance;
import dev.gantry.v1.TemplateData;
import dev.gantry.v1.TemplateService;
import dev.gantry.v1.Variable;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Tells nodes what the templates of their tasks look up: the services and the variables that the templates of a task name
 * which is to run on the node, and no others.
 *
 * @param tasks finds the tasks of a node
 * @param variables reads a variable by its path, with its items; empty if there is none
 * @param services finds the healthy instances of a service
 */
record TemplateAnswers(
        NodeTasks tasks,
        Function<String, Optional<Variable>> variables,
        Function<String, List<ServiceInstance>> services) {

    private static final int LARGEST_SERVICES = 1024 * 1024;

    /** Returns what the templates of a task look up; empty if the task is none of the node's. May block on the database. */
    Optional<Set<Lookup>> lookups(String nodeId, String allocationId, String task) {
        return tasks.find(nodeId, allocationId, task).map(found -> TaskLookups.of(found.task()));
    }

    /**
     * Returns the data. May block on the database.
     *
     * @param lookups of the task
     * @return the data, or why there is none
     */
    TemplateData data(String nodeId, String allocationId, String task, Set<Lookup> lookups) {
        TemplateData.Builder data =
                TemplateData.newBuilder().setAllocationId(allocationId).setTask(task);
        Optional<NodeTasks.Found> found = tasks.find(nodeId, allocationId, task);
        if (found.isEmpty()) {
            return data.setError(NodeTasks.missing(allocationId, task)).build();
        }
        try {
            for (Lookup lookup : lookups) {
                add(lookup, found.get().jobId(), data);
            }
        } catch (RefusedException e) {
            return data.clearServices()
                    .clearVariables()
                    .setError(e.getMessage())
                    .build();
        }
        return fits(data) ? data.build() : tooLarge(data);
    }

    private void add(Lookup lookup, String jobId, TemplateData.Builder data) {
        if (lookup instanceof Lookup.OfService service) {
            data.addServices(TemplateService.newBuilder()
                    .setName(service.name())
                    .addAllInstances(services.apply(service.name())));
        } else if (lookup instanceof Lookup.OfVariable variable && isNew(variable.path(), data)) {
            // The server has checked the job's templates; an older one had none.
            if (VariableReference.isOfJob(variable.path(), jobId)) {
                variables
                        .apply(variable.path())
                        .ifPresent(known -> data.addVariables(
                                Variable.newBuilder().setPath(known.getPath()).putAllItems(known.getItemsMap())));
            }
        }
    }

    /** Returns false for a variable that templates read and ask for, which are two lookups. */
    private static boolean isNew(String path, TemplateData.Builder data) {
        return data.getVariablesList().stream()
                .noneMatch(known -> known.getPath().equals(path));
    }

    private static boolean fits(TemplateData.Builder data) {
        long services = data.getServicesList().stream()
                .mapToLong(TemplateService::getSerializedSize)
                .sum();
        long variables = data.getVariablesList().stream()
                .mapToLong(Variable::getSerializedSize)
                .sum();
        return services <= LARGEST_SERVICES && variables <= VariableAnswers.LARGEST;
    }

    private static TemplateData tooLarge(TemplateData.Builder data) {
        return data.clearServices()
                .clearVariables()
                .setError(
                        "The services, or the variables, of the templates of task \"%s\" have more than 1 MiB together: look up fewer"
                                .formatted(data.getTask()))
                .build();
    }
}
