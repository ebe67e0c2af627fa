package dev.gantry.scheduler;

import dev.gantry.v1.Constraint;
import dev.gantry.v1.JobViolation;
import java.util.ArrayList;
import java.util.List;

/** Says what is wrong with a constraint, before it is stored. */
public final class ConstraintChecks {

    private ConstraintChecks() {}

    /**
     * Looks a constraint through.
     *
     * @param constraint as submitted: an empty operator stands for {@code =}
     * @param path the field it stands in, such as {@code task_groups[0].constraints[1]}
     * @return its faults; empty if it has none
     */
    public static List<JobViolation> check(Constraint constraint, String path) {
        List<JobViolation> faults = new ArrayList<>();
        check(path + ".attribute", () -> Interpolation.parse(constraint.getAttribute()), faults);
        check(path + ".value", () -> Interpolation.parse(constraint.getValue()), faults);
        check(path + ".operator", () -> Operator.of(constraint.getOperator()), faults);
        if (faults.isEmpty()) {
            checkSides(Operator.of(constraint.getOperator()), constraint, path, faults);
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
            check(path + ".value", () -> Comparison.of(operator, Interpolation.parse(constraint.getValue())), faults);
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
