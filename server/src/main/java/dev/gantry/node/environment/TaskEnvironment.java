package dev.gantry.node.environment;

import dev.gantry.model.NodeProperties;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Job;
import dev.gantry.v1.Node;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The environment of one task, and the task with each <code>${…}</code> replaced.
 *
 * <p>Variables: those of Nomad 0.8, each also with {@code GANTRY_} in front, then the task's own, which win. The values of
 * the task's own may name Nomad's and the node's, but not each other: they have no order.
 *
 * <p>Names are looked up among the variables, as written and as cleaned for sh, then at the node ({@link NodeProperties}).
 * Where the node has no such meta, <code>${meta.foo}</code> is the task's. A name without a dot that is no variable is
 * left alone: <code>${arch}</code> in an argument is a shell's.
 */
public final class TaskEnvironment {

    private final Node node;
    private final Map<String, String> meta;
    private final Map<String, String> asWritten = new LinkedHashMap<>();
    private final Map<String, String> variables = new LinkedHashMap<>();
    private final TaskInterpolation interpolation = new TaskInterpolation(this::find);

    private TaskEnvironment(Node node, Map<String, String> meta) {
        this.node = node;
        this.meta = meta;
    }

    /**
     * Puts an environment together.
     *
     * @param node the node that the task runs on
     * @param job the job
     * @param group the task's group
     * @param task the task
     * @param allocation what is to run
     * @return the environment
     */
    public static TaskEnvironment of(Node node, Job job, TaskGroup group, Task task, Allocation allocation) {
        // Sorted: maps of messages have no order, and a task's environment shall not change from start to start.
        Map<String, String> meta = new TreeMap<>(job.getMetaMap());
        meta.putAll(group.getMetaMap());
        meta.putAll(task.getMetaMap());

        TaskEnvironment environment = new TaskEnvironment(node, meta);
        Map<String, String> nomad = NomadVariables.of(node, job, allocation, task, meta);
        nomad.forEach((name, value) -> environment.set("NOMAD_" + name, value));
        nomad.forEach((name, value) -> environment.set("GANTRY_" + name, value));
        environment.setOwn(task.getEnvMap());
        return environment;
    }

    /**
     * The variables.
     *
     * @return name to value, in the order in which they shall be set; can't be changed
     */
    public Map<String, String> variables() {
        return Collections.unmodifiableMap(variables);
    }

    /**
     * Replaces the names in what a driver reads of a task.
     *
     * @param task the task
     * @return the same with its config and its user interpolated
     */
    public Task interpolate(Task task) {
        return task.toBuilder()
                .setConfig(interpolation.apply(task.getConfig()))
                .setUser(interpolation.apply(task.getUser()))
                .build();
    }

    /**
     * Replaces the names in a text.
     *
     * @param text any text
     * @return the same with each name replaced that stands for something
     */
    public String interpolate(String text) {
        return interpolation.apply(text);
    }

    private void setOwn(Map<String, String> env) {
        Map<String, String> values = new TreeMap<>(env);
        values.replaceAll((name, value) -> interpolation.apply(value));
        values.forEach(this::set);
    }

    private void set(String name, String value) {
        asWritten.put(name, value);
        variables.put(VariableName.clean(name), value);
    }

    private Optional<String> find(String name) {
        return Optional.ofNullable(asWritten.get(name))
                .or(() -> Optional.ofNullable(variables.get(name)))
                .or(() -> name.indexOf('.') < 0 ? Optional.empty() : findDotted(name));
    }

    private Optional<String> findDotted(String name) {
        return switch (name) {
            case "nomad.datacenter", "gantry.datacenter" -> Optional.of(node.getDatacenter());
            case "node.region" -> Optional.of(NomadVariables.REGION);
            default -> NodeProperties.find(node, name).or(() -> findMeta(name));
        };
    }

    private Optional<String> findMeta(String name) {
        String prefix = "meta.";
        return name.startsWith(prefix)
                ? Optional.ofNullable(meta.get(name.substring(prefix.length())))
                : Optional.empty();
    }
}
