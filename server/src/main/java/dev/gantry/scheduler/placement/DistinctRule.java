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

/**
 * A {@code distinct_hosts} or {@code distinct_property} constraint: limits how many allocations run on nodes with the
 * same value of a property.
 */
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
     * Returns the rules for a group. Constraints of the job count all allocations of the job; constraints of the group
     * count the group's allocations.
     *
     * @param job the job
     * @param group a group of the job
     * @param draft the plan so far; it must be empty
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

    /** Returns why one more allocation must not be placed on a node; empty if it may. */
    Optional<Refusal> refusal(NodeUsage node) {
        // Also refuses a node that lacks the property, as Nomad does.
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
