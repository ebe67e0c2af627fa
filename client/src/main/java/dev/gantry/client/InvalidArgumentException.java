package dev.gantry.client;

import dev.gantry.v1.JobViolation;
import java.util.List;

/** The server refused the request as invalid; nothing was stored. */
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
     * Returns the invalid fields.
     *
     * @return one violation for each invalid field; empty if the server named none
     */
    public List<JobViolation> violations() {
        return violations;
    }
}
