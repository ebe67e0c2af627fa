package dev.gantry.scheduler.constraint;

import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.TaskGroup;
import java.util.HashSet;
import java.util.Set;

/**
 * How much work a job's constraints and affinities are for one node: about one for each that compares short texts, and for
 * a regular expression its size, which is how many steps a character of the text may take. One thread places all jobs, so
 * the sum for a job is limited.
 */
public final class ConstraintCost {

    private static final int CHARACTERS = 64;

    /** Of an expression that is read anew for each node, since it names something of the node. */
    private static final int READ_ANEW = 100;

    private ConstraintCost() {}

    /**
     * Adds up the work.
     *
     * @param job a valid job; defaults need not be filled in
     * @return the work of all groups; groups that ask the same count once, since nodes are tested once for them
     */
    public static long of(Job job) {
        Set<NodeRequirements> counted = new HashSet<>();
        long work = 0;
        for (TaskGroup group : job.getTaskGroupsList()) {
            NodeRequirements request = NodeRequirements.of(job, group);
            if (counted.add(request)) {
                work += of(request);
            }
        }
        return work;
    }

    private static long of(NodeRequirements request) {
        return request.constraints().stream().mapToLong(ConstraintCost::of).sum()
                + request.affinities().stream()
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
