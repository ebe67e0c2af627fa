package dev.gantry.api;

import dev.gantry.v1.JobViolation;
import java.util.List;
import java.util.stream.Collectors;

/** A request has faults in its fields. */
final class InvalidRequestException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final int LONGEST_FIELD = 128;
    private static final int LONGEST_DESCRIPTION = 384;

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

    /** One fault. Both may repeat what a client sent, as long as it was, and are cut to what an answer can carry. */
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
