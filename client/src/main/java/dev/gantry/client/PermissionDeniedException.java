package dev.gantry.client;

import dev.gantry.v1.JobViolation;
import java.util.List;

/** The client's token does not allow the call. The message names what is missing, or the first thing that is denied. */
public final class PermissionDeniedException extends GantryException {

    private static final long serialVersionUID = 1L;

    // List.copyOf makes serializable lists
    @SuppressWarnings("serial")
    private final List<JobViolation> violations;

    PermissionDeniedException(String message, List<JobViolation> violations, Throwable cause) {
        super(message, cause);
        this.violations = List.copyOf(violations);
    }

    /**
     * Returns the fields of a job that use what the token's policies deny.
     *
     * @return one violation for each field; empty if the token may not make the call at all
     */
    public List<JobViolation> violations() {
        return violations;
    }
}
