package dev.gantry.cli;

/** A command failed. The message is printed without a stack trace. */
public final class CommandFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what failed, its value, and the remedy; one line
     */
    public CommandFailedException(String message) {
        super(message);
    }

    /**
     * Makes the exception.
     *
     * @param message what failed, its value, and the remedy; one line
     * @param cause the cause
     */
    public CommandFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
