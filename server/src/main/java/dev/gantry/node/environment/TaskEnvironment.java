package dev.gantry.node.environment;

import com.google.protobuf.Struct;
import dev.gantry.model.ConfigTexts;
import dev.gantry.model.NodeProperties;
import dev.gantry.model.VariableReference;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Job;
import dev.gantry.v1.Node;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The environment variables of one task, and the interpolation of <code>${…}</code> in the task's texts.
 *
 * <p>The variables are those of Nomad 0.8, each with the prefix {@code NOMAD_} and with {@code GANTRY_}, followed by
 * the task's own variables, which override others of the same name. Values of the task's own variables may refer to
 * other variables and to the node, but not to each other, since they have no order.
 *
 * <p>A name is looked up among the variables, as written and as cleaned for sh, then among the properties of the node
 * ({@link NodeProperties}). <code>${meta.foo}</code> is the task's meta if the node has no meta of this name. An
 * unknown name without a dot stays as it is: <code>${arch}</code> in an argument may be meant for a shell.
 *
 * <p>Values of variables (<code>${var.PATH.KEY}</code>) are filled in where they may stand: in the task's own environment
 * variables, in sources and headers of its artifacts, and in some texts of its config
 * ({@link ConfigTexts#mayReferToVariables}). Other texts of the task get neither them nor the environment variables that have them:
 * these texts are named in errors and kept in records.
 */
public final class TaskEnvironment {

    private static final Pattern UNCLEAN = Pattern.compile("^[0-9]|[^A-Za-z0-9_.]");

    private final Node node;
    private final Map<String, String> meta;
    private final Map<String, String> asWritten = new LinkedHashMap<>();
    private final Map<String, String> variables = new LinkedHashMap<>();
    private final Map<VariableReference, String> values;
    private final Set<String> secrets = new HashSet<>();

    /** For texts that may have values of variables in them. */
    private final TaskInterpolation interpolation = new TaskInterpolation(this::find);

    /** For all other texts. */
    private final TaskInterpolation openInterpolation = new TaskInterpolation(this::findOpen);

    private TaskEnvironment(Node node, Map<String, String> meta, Map<VariableReference, String> values) {
        this.node = node;
        this.meta = meta;
        this.values = Map.copyOf(values);
    }

    /**
     * Computes the environment of a task.
     *
     * @param node the node that the task runs on
     * @param job the job
     * @param group the task's group
     * @param task the task
     * @param allocation the allocation
     * @param values the values of the variables that the task refers to; a reference without one stays as it is written
     * @return the environment
     */
    public static TaskEnvironment of(
            Node node,
            Job job,
            TaskGroup group,
            Task task,
            Allocation allocation,
            Map<VariableReference, String> values) {
        // Sorted, so that the environment is the same at each start: maps of messages have no order.
        Map<String, String> meta = new TreeMap<>(job.getMetaMap());
        meta.putAll(group.getMetaMap());
        meta.putAll(task.getMetaMap());

        TaskEnvironment environment = new TaskEnvironment(node, meta, values);
        Map<String, String> nomad = NomadVariables.of(node, job, allocation, task, meta);
        nomad.forEach((name, value) -> environment.set("NOMAD_" + name, value));
        nomad.forEach((name, value) -> environment.set("GANTRY_" + name, value));
        environment.setOwn(task.getEnvMap());
        return environment;
    }

    /**
     * Returns the variables.
     *
     * @return values by name, in the order in which they have to be set; unmodifiable
     */
    public Map<String, String> variables() {
        return Collections.unmodifiableMap(variables);
    }

    /**
     * Returns the environment variables that have values of variables in them.
     *
     * @return their names, each one of {@link #variables}
     */
    public Set<String> secrets() {
        return Collections.unmodifiableSet(secrets);
    }

    /**
     * Finds what templates read.
     *
     * @param name the name of a variable, or of a property of the node or the job, such as {@code meta.owner}
     * @return the value, which may have values of variables in it; empty if there is none
     */
    public Optional<String> value(String name) {
        return findInEnvironment(name);
    }

    /**
     * Adds the variables of templates, which override others of the same name. They count as secret, since templates may
     * have values of variables in them.
     *
     * @param more values by name
     * @return the environment with all variables
     */
    public TaskEnvironment withTemplates(Map<String, String> more) {
        TaskEnvironment all = new TaskEnvironment(node, meta, values);
        asWritten.forEach(all::set);
        all.secrets.addAll(secrets);
        more.forEach((name, value) -> {
            all.set(name, value);
            all.secrets.add(clean(name));
        });
        return all;
    }

    /**
     * Interpolates the config and the user of a task.
     *
     * @param task the task
     * @return the task with both interpolated
     */
    public Task interpolate(Task task) {
        return task.toBuilder()
                .setConfig(interpolate(task.getConfig()))
                .setUser(openInterpolation.apply(task.getUser()))
                .build();
    }

    private Struct interpolate(Struct config) {
        return ConfigTexts.replace(
                config,
                (place, text) ->
                        (ConfigTexts.mayReferToVariables(place) ? interpolation : openInterpolation).apply(text));
    }

    /**
     * Interpolates a text that may not refer to variables.
     *
     * @param text any text
     * @return the text with each known name replaced, except those with values of variables
     */
    public String interpolate(String text) {
        return openInterpolation.apply(text);
    }

    /**
     * Interpolates a text that may refer to variables.
     *
     * @param text any text; the result must not get into errors and records
     * @return the text with each known name replaced
     */
    public String interpolateSecret(String text) {
        return interpolation.apply(text);
    }

    /**
     * Decides whether a text has values of variables in it, once it is interpolated by {@link #interpolateSecret}.
     *
     * @param text any text
     * @return true also if an environment variable has them that it names
     */
    public boolean isSecret(String text) {
        return !interpolation.apply(text).equals(openInterpolation.apply(text));
    }

    private void setOwn(Map<String, String> env) {
        Map<String, String> own = new TreeMap<>(env);
        own.replaceAll((name, value) -> interpolation.apply(value));
        own.forEach(this::set);
        env.forEach((name, value) -> {
            if (!VariableReference.names(value).isEmpty()) {
                secrets.add(clean(name));
            }
        });
    }

    private void set(String name, String value) {
        asWritten.put(name, value);
        variables.put(clean(name), value);
    }

    /**
     * Replaces each character except letters, digits, underscores and dots by an underscore, and a digit at the
     * beginning: Nomad's rule. Programs read names with dots, such as {@code discovery.type}, although sh can't.
     */
    private static String clean(String name) {
        return UNCLEAN.matcher(name).replaceAll("_");
    }

    private Optional<String> find(String name) {
        return VariableReference.parse(name).map(values::get).or(() -> findInEnvironment(name));
    }

    private Optional<String> findOpen(String name) {
        return secrets.contains(clean(name)) ? Optional.empty() : findInEnvironment(name);
    }

    private Optional<String> findInEnvironment(String name) {
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
