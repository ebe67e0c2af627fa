package dev.gantry.scheduler.constraint;

import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.TaskGroup;
import java.util.ArrayList;
import java.util.List;

/** Picks the constraints that apply to a group: those of its job, then its own, then those of its tasks. */
public final class Constraints {

    private Constraints() {}

    /** Those that a node fulfils by itself. */
    static List<Constraint> ofNode(Job job, TaskGroup group) {
        List<Constraint> all = new ArrayList<>(job.getConstraintsList());
        all.addAll(ofGroup(group));
        all.removeIf(Constraints::isDistinct);
        return all;
    }

    /** Those of the job that keep its allocations apart. */
    public static List<Constraint> distinct(Job job) {
        return distinct(new ArrayList<>(job.getConstraintsList()));
    }

    /** Those of a group that keep its allocations apart; one of a task does so too, since a group's tasks stay together. */
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
