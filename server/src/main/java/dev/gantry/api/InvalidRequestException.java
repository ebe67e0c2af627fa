package dev.gantry.api;

import dev.gantry.v1.JobViolation;
import java.util.List;
import java.util.stream.Collectors;

/** A request has invalid fields. */
final class InvalidRequestException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final int LONGEST_FIELD = 128;
    private static final int LONGEST_DESCRIPTION = 384;

    private final transient List<JobViolation> violations;

    /**
     * Makes the exception.
     *
     * @param violations the invalid fields, at least one
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

    /** Makes a violation. Both texts may quote the request, so they are shortened to fit into a response. */
    static JobViolation violation(String field, String description) {
        return JobViolation.newBuilder()
                .setField(TextTruncation.toBytes(field, LONGEST_FIELD))
                .setDescription(TextTruncation.toBytes(description, LONGEST_DESCRIPTION))
                .build();
    }

    List<JobViolation> violations() {
        return violations;
    }
}
