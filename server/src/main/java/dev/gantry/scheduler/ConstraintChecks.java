package dev.gantry.scheduler;

import dev.gantry.v1.Constraint;
import dev.gantry.v1.JobViolation;
import java.util.List;

/** Says what is wrong with a constraint, before it is stored. */
@SuppressWarnings("DoNotCallSuggester")
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
        throw new UnsupportedOperationException();
    }
}
