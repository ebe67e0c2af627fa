package dev.gantry.api;

import dev.gantry.v1.JobViolation;
import java.util.List;
import java.util.stream.Collectors;

/** A job uses features that the policies of its submitter deny. */
final class JobRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<JobViolation> violations;

    /**
     * Makes the exception.
     *
     * @param violations the fields that use the features, at least one
     */
    JobRefusedException(List<JobViolation> violations) {
        super(violations.stream()
                .map(violation -> violation.getField() + ": " + violation.getDescription())
                .collect(Collectors.joining("; ")));
        this.violations = List.copyOf(violations);
    }

    List<JobViolation> violations() {
        return violations;
    }
}
