package dev.gantry.scheduler.constraint;

import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.TaskGroup;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Estimates how much work it is to test one node for the constraints and affinities of a job. A comparison of short
 * texts costs 1. A regular expression costs its size: about the number of steps for each character of the text. One
 * thread places all jobs, so the cost of a job is limited.
 */
public final class ConstraintCost {

    // A text costs 1 more for each of these numbers of characters.
    private static final int CHARACTERS = 64;

    /** Added for an expression that refers to a node property: it is parsed again for each node. */
    private static final int READ_ANEW = 100;

    private ConstraintCost() {}

    /**
     * Returns the cost of a job.
     *
     * @param job a valid job; its defaults need not be filled in
     * @return the sum of the costs of its groups; groups with the same requirements count once, since a node is tested
     *     once for all of them
     */
    public static long of(Job job) {
        Set<NodeRequirements> counted = new HashSet<>();
        long work = 0;
        for (TaskGroup group : job.getTaskGroupsList()) {
            NodeRequirements requirements = NodeRequirements.of(job, group, Map.of());
            if (counted.add(requirements)) {
                work += of(requirements);
            }
        }
        return work;
    }

    private static long of(NodeRequirements requirements) {
        return requirements.constraints().stream().mapToLong(ConstraintCost::of).sum()
                + requirements.affinities().stream()
                        .map(Affinities::constraint)
                        .mapToLong(ConstraintCost::of)
                        .sum();
    }

    private static long of(Constraint constraint) {
        long length =
                1L + (constraint.getAttribute().length() + constraint.getValue().length()) / CHARACTERS;
        if (Operator.of(constraint.getOperator()) != Operator.REGEXP) {
            return length;
        }
        return NodeInterpolation.parse(constraint.getValue())
                .literal()
                .map(Regexp::size)
                .orElse(length + READ_ANEW);
    }
}
