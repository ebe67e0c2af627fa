package dev.gantry.driver.rkt;

import dev.gantry.driver.TaskStartException;

/** A call of rkt failed. (The runtime in {@code rkt/} has a class of this name for its own errors.) */
final class RktException extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean worthRetrying;
    private final boolean restricted;

    /**
     * Says what happened.
     *
     * @param message one line for people
     * @param worthRetrying true if the same call may succeed later
     */
    RktException(String message, boolean worthRetrying) {
        this(message, worthRetrying, false);
    }

    private RktException(String message, boolean worthRetrying, boolean restricted) {
        super(message);
        this.worthRetrying = worthRetrying;
        this.restricted = restricted;
    }

    /** Says what the owner of the node does not allow. */
    static RktException restricted(String message) {
        return new RktException(message, false, true);
    }

    TaskStartException toTaskStartException() {
        return restricted
                ? TaskStartException.restricted(getMessage())
                : new TaskStartException(getMessage(), worthRetrying);
    }

    boolean isWorthRetrying() {
        return worthRetrying;
    }
}
