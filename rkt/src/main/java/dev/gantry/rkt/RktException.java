package dev.gantry.rkt;

/** A command failed for a reason that its caller can act on. rkt prints the message after the command's name. */
public final class RktException extends Exception {

    private static final long serialVersionUID = 1L;

    /**
     * Makes a failure.
     *
     * @param message what failed, in rkt 1.30's words if rkt has a message for it
     */
    public RktException(String message) {
        super(message);
    }

    /**
     * Makes a failure with a cause.
     *
     * @param message what failed
     * @param cause the exception that caused the failure
     */
    public RktException(String message, Throwable cause) {
        super(message, cause);
    }
}
