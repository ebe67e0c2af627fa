package dev.gantry.scheduler.placement;

import dev.gantry.scheduler.constraint.Constraints;
import dev.gantry.scheduler.constraint.DistinctLimit;
import dev.gantry.scheduler.constraint.NodeConstraint;
import dev.gantry.scheduler.constraint.NodeInterpolation;
import dev.gantry.scheduler.constraint.Operator;
import dev.gantry.scheduler.constraint.Refusal;
import dev.gantry.scheduler.state.NodeUsage;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A constraint that keeps allocations of a job apart: only so many on nodes with the same value of a property. */
final class DistinctRule {

    private final AllocationCount.ByProperty count;
    private final int limit;
    private final Refusal refusal;

    private DistinctRule(AllocationCount.ByProperty count, int limit, Refusal refusal) {
        this.count = count;
        this.limit = limit;
        this.refusal = refusal;
    }

    /**
     * The rules for a group: those of its job, which count all of the job's allocations, and its own, which count the
     * group's.
     *
     * @throws IllegalArgumentException if a constraint is malformed
     */
    static List<DistinctRule> of(Job job, TaskGroup group, PlanDraft draft) {
        List<DistinctRule> rules = new ArrayList<>();
        for (Constraint constraint : Constraints.distinct(job)) {
            of(constraint, Optional.empty(), draft).ifPresent(rules::add);
        }
        for (Constraint constraint : Constraints.distinct(group)) {
            of(constraint, Optional.of(group.getName()), draft).ifPresent(rules::add);
        }
        return rules;
    }

    /** Why one more allocation may not be on a node; empty if it may. */
    Optional<Refusal> refusal(NodeUsage node) {
        // A node that lacks the property is refused, as in Nomad.
        return count.valueOf(node).filter(value -> count.count(value) < limit).isPresent()
                ? Optional.empty()
                : Optional.of(refusal);
    }

    private static Optional<DistinctRule> of(Constraint constraint, Optional<String> taskGroup, PlanDraft draft) {
        Operator operator = Operator.of(constraint.getOperator());
        OptionalInt limit = DistinctLimit.of(operator, constraint.getValue());
        if (limit.isEmpty()) {
            return Optional.empty();
        }
        NodeInterpolation property = operator == Operator.DISTINCT_HOSTS
                ? NodeInterpolation.NODE_ID
                : NodeInterpolation.parse(constraint.getAttribute());
        return Optional.of(new DistinctRule(
                draft.countByProperty(property, taskGroup),
                limit.getAsInt(),
                Refusal.distinct(NodeConstraint.text(constraint))));
    }
}
