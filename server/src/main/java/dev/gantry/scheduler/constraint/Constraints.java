package dev.gantry.scheduler.constraint;

import dev.gantry.model.ArtifactSource;
import dev.gantry.v1.Artifact;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.TaskGroup;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Selects the constraints that apply to a group: those of its job, then its own, then those of its tasks, then those that
 * the artifacts of its tasks mean.
 */
public final class Constraints {

    private Constraints() {}

    /** Returns the constraints that test a node alone. */
    static List<Constraint> ofNode(Job job, TaskGroup group) {
        List<Constraint> all = new ArrayList<>(job.getConstraintsList());
        all.addAll(ofGroup(group));
        all.removeIf(Constraints::isDistinct);
        all.addAll(ofFeatures(group));
        return all;
    }

    /**
     * Returns what the artifacts and templates of a group ask of a node: a node that reports nothing about them is of an older
     * version, and would start a task without them.
     */
    private static List<Constraint> ofFeatures(TaskGroup group) {
        Set<String> attributes = new LinkedHashSet<>();
        group.getTasksList().stream()
                .flatMap(task -> task.getArtifactsList().stream())
                .map(Artifact::getSource)
                .forEach(source -> {
                    attributes.add("artifact.http");
                    if (ArtifactSource.isGit(source)) {
                        attributes.add("artifact.git");
                    }
                    if (source.startsWith("file:") || source.startsWith("git::file:")) {
                        attributes.add("artifact.file");
                    }
                });
        if (group.getTasksList().stream().anyMatch(task -> task.getTemplatesCount() > 0)) {
            attributes.add("template");
        }
        return attributes.stream()
                .map(name -> Constraint.newBuilder()
                        .setAttribute("${attr.%s}".formatted(name))
                        .setOperator("is_set")
                        .build())
                .toList();
    }

    /**
     * Returns the {@code distinct_hosts} and {@code distinct_property} constraints of a job.
     *
     * @param job the job
     */
    public static List<Constraint> distinct(Job job) {
        return distinct(new ArrayList<>(job.getConstraintsList()));
    }

    /**
     * Returns the {@code distinct_hosts} and {@code distinct_property} constraints of a group. Those of its tasks count
     * too, since the tasks of a group run on the same node.
     *
     * @param group the group
     */
    public static List<Constraint> distinct(TaskGroup group) {
        return distinct(ofGroup(group));
    }

    private static List<Constraint> distinct(List<Constraint> all) {
        all.removeIf(constraint -> !isDistinct(constraint));
        return all;
    }

    private static List<Constraint> ofGroup(TaskGroup group) {
        List<Constraint> all = new ArrayList<>(group.getConstraintsList());
        group.getTasksList().forEach(task -> all.addAll(task.getConstraintsList()));
        return all;
    }

    private static boolean isDistinct(Constraint constraint) {
        return Operator.of(constraint.getOperator()).isDistinct();
    }
}
