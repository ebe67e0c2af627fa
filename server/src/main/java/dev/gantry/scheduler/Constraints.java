package dev.gantry.scheduler;

import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.TaskGroup;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Picks the constraints that apply to a group: those of its job, then its own, then those of its tasks. */
final class Constraints {

    private Constraints() {}

    /** Those that a node fulfils by itself. */
    static List<Constraint> ofNode(Job job, TaskGroup group) {
        return Stream.concat(job.getConstraintsList().stream(), ofGroup(group))
                .filter(Predicate.not(Constraints::isDistinct))
                .toList();
    }

    /** Those of the job that keep its allocations apart. */
    static Stream<Constraint> distinct(Job job) {
        return job.getConstraintsList().stream().filter(Constraints::isDistinct);
    }

    /** Those of a group that keep its allocations apart; one of a task does so too, since a group's tasks stay together. */
    static Stream<Constraint> distinct(TaskGroup group) {
        return ofGroup(group).filter(Constraints::isDistinct);
    }

    private static Stream<Constraint> ofGroup(TaskGroup group) {
        return Stream.concat(
                group.getConstraintsList().stream(),
                group.getTasksList().stream().flatMap(task -> task.getConstraintsList().stream()));
    }

    private static boolean isDistinct(Constraint constraint) {
        return Operator.of(constraint.getOperator()).isDistinct();
    }
}
