package dev.gantry.api;

import dev.gantry.v1.JobViolation;
import java.util.List;
import java.util.stream.Collectors;

/** A request has faults in its fields. */
final class InvalidRequestException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<JobViolation> violations;

    /**
     * A request with faults.
     *
     * @param violations the faults, one at least
     */
    InvalidRequestException(List<JobViolation> violations) {
        super(violations.stream()
                .map(violation -> violation.getField() + ": " + violation.getDescription())
                .collect(Collectors.joining("; ")));
        this.violations = List.copyOf(violations);
    }

    InvalidRequestException(String field, String description) {
        this(List.of(violation(field, description)));
    }

    static JobViolation violation(String field, String description) {
        return JobViolation.newBuilder()
                .setField(field)
                .setDescription(description)
                .build();
    }

    List<JobViolation> violations() {
        return violations;
    }
}
