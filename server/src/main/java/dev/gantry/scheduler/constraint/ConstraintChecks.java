package dev.gantry.scheduler.constraint;

import dev.gantry.v1.Affinity;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.Spread;
import dev.gantry.v1.SpreadTarget;
import java.util.ArrayList;
import java.util.List;

/** Validates constraints, affinities and spreads of a job that is submitted. */
public final class ConstraintChecks {

    private static final int HEAVIEST = 100;

    private ConstraintChecks() {}

    /**
     * Validates a constraint.
     *
     * @param constraint the constraint as submitted: an empty operator stands for {@code =}
     * @param path the path of its field, such as {@code task_groups[0].constraints[1]}
     * @return its violations; empty if it is valid
     */
    public static List<JobViolation> check(Constraint constraint, String path) {
        List<JobViolation> faults = new ArrayList<>();
        check(path + ".attribute", () -> NodeInterpolation.parse(constraint.getAttribute()), faults);
        check(path + ".value", () -> NodeInterpolation.parse(constraint.getValue()), faults);
        check(path + ".operator", () -> Operator.of(constraint.getOperator()), faults);
        if (faults.isEmpty()) {
            checkSides(Operator.of(constraint.getOperator()), constraint, path, faults);
        }
        return List.copyOf(faults);
    }

    /**
     * Validates an affinity.
     *
     * @param affinity the affinity as submitted: an empty operator stands for {@code =}, a weight of 0 for the default
     * @param path the path of its field
     * @return its violations; empty if it is valid
     */
    public static List<JobViolation> check(Affinity affinity, String path) {
        List<JobViolation> faults = new ArrayList<>(check(Affinities.constraint(affinity), path));
        if (faults.isEmpty() && Operator.of(affinity.getOperator()).isDistinct()) {
            faults.add(fault(path + ".operator", "keeps allocations apart, which is no preference: use a constraint"));
        }
        if (Math.abs(affinity.getWeight()) > HEAVIEST) {
            faults.add(fault(path + ".weight", "%d is not within -100 and 100".formatted(affinity.getWeight())));
        }
        return List.copyOf(faults);
    }

    /**
     * Validates a spread.
     *
     * @param spread the spread as submitted: a weight of 0 stands for the default
     * @param path the path of its field
     * @return its violations; empty if it is valid
     */
    public static List<JobViolation> check(Spread spread, String path) {
        List<JobViolation> faults = new ArrayList<>();
        check(path + ".attribute", () -> NodeInterpolation.parse(spread.getAttribute()), faults);
        if (spread.getAttribute().isEmpty()) {
            faults.add(fault(path + ".attribute", "is missing: name what to spread over, such as ${node.datacenter}"));
        }
        if (spread.getWeight() < 0 || spread.getWeight() > HEAVIEST) {
            faults.add(fault(path + ".weight", "%d is not within 1 and 100".formatted(spread.getWeight())));
        }
        if (spread.getTargetsList().stream().anyMatch(target -> target.getPercent() < 0)
                || spread.getTargetsList().stream()
                                .mapToLong(SpreadTarget::getPercent)
                                .sum()
                        > HEAVIEST) {
            faults.add(fault(path + ".targets", "give each 0 percent or more, and all together at most 100"));
        }
        if (spread.getTargetsList().stream()
                        .map(SpreadTarget::getValue)
                        .distinct()
                        .count()
                < spread.getTargetsCount()) {
            faults.add(fault(path + ".targets", "name each value once"));
        }
        return List.copyOf(faults);
    }

    private static void checkSides(Operator operator, Constraint constraint, String path, List<JobViolation> faults) {
        if (operator.needsAttribute() && constraint.getAttribute().isEmpty()) {
            faults.add(fault(path + ".attribute", "is missing: name what to compare, such as ${attr.kernel.name}"));
        }
        if (operator.needsValue() && constraint.getValue().isEmpty()) {
            faults.add(fault(path + ".value", "is missing: say what to compare with"));
        } else if (operator.isDistinct()) {
            check(path + ".value", () -> DistinctLimit.of(operator, constraint.getValue()), faults);
        } else {
            check(
                    path + ".value",
                    () -> Comparison.of(operator, NodeInterpolation.parse(constraint.getValue())),
                    faults);
        }
    }

    private static void check(String field, Runnable check, List<JobViolation> faults) {
        try {
            check.run();
        } catch (IllegalArgumentException e) {
            faults.add(fault(field, e.getMessage()));
        }
    }

    private static JobViolation fault(String field, String description) {
        return JobViolation.newBuilder()
                .setField(field)
                .setDescription(description)
                .build();
    }
}
