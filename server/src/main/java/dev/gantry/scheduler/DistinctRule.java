package dev.gantry.scheduler;

import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A constraint that keeps allocations of a job apart: only so many on nodes with the same value of a property. */
final class DistinctRule {

    private final Tally tally;
    private final int limit;
    private final Refusal refusal;

    private DistinctRule(Tally tally, int limit, Refusal refusal) {
        this.tally = tally;
        this.limit = limit;
        this.refusal = refusal;
    }

    /**
     * The rules for a group: those of its job, which count all of the job's allocations, and its own, which count the
     * group's.
     *
     * @throws IllegalArgumentException if a constraint is malformed
     */
    static List<DistinctRule> of(Job job, TaskGroup group, Proposal proposal) {
        List<DistinctRule> rules = new ArrayList<>();
        for (Constraint constraint : Constraints.distinct(job)) {
            of(constraint, Optional.empty(), proposal).ifPresent(rules::add);
        }
        for (Constraint constraint : Constraints.distinct(group)) {
            of(constraint, Optional.of(group.getName()), proposal).ifPresent(rules::add);
        }
        return rules;
    }

    /** Why one more allocation may not be on a node; empty if it may. */
    Optional<Refusal> refusal(NodeRoom node) {
        // A node that lacks the property is refused, as in Nomad.
        return tally.valueOf(node).filter(value -> tally.count(value) < limit).isPresent()
                ? Optional.empty()
                : Optional.of(refusal);
    }

    private static Optional<DistinctRule> of(Constraint constraint, Optional<String> taskGroup, Proposal proposal) {
        Operator operator = Operator.of(constraint.getOperator());
        OptionalInt limit = DistinctLimit.of(operator, constraint.getValue());
        if (limit.isEmpty()) {
            return Optional.empty();
        }
        Interpolation property = operator == Operator.DISTINCT_HOSTS
                ? Interpolation.NODE_ID
                : Interpolation.parse(constraint.getAttribute());
        return Optional.of(new DistinctRule(
                proposal.tally(property, taskGroup),
                limit.getAsInt(),
                Refusal.distinct(NodeConstraint.text(constraint))));
    }
}
