package dev.gantry.client;

import dev.gantry.v1.JobViolation;
import java.util.List;

/** The server refused what it was given; nothing of it was stored. */
public final class InvalidArgumentException extends GantryException {

    private static final long serialVersionUID = 1L;

    // List.copyOf makes serializable lists
    @SuppressWarnings("serial")
    private final List<JobViolation> violations;

    InvalidArgumentException(String message, List<JobViolation> violations, Throwable cause) {
        super(message, cause);
        this.violations = List.copyOf(violations);
    }

    /**
     * What is wrong, field by field.
     *
     * @return one violation for each field at fault; empty if the server named none
     */
    public List<JobViolation> violations() {
        return violations;
    }
}
