package dev.gantry.rkt;

/** A command failed for a reason that its caller can act on. rkt prints the message after the command's name. */
public final class RktException extends Exception {

    private static final long serialVersionUID = 1L;

    /**
     * A failure.
     *
     * @param message what failed, in rkt 1.30's words if rkt has a message for it
     */
    public RktException(String message) {
        super(message);
    }

    /**
     * A failure with a cause.
     *
     * @param message what failed
     * @param cause why
     */
    public RktException(String message, Throwable cause) {
        super(message, cause);
    }
}
