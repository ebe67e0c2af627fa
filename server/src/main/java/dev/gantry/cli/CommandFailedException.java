package dev.gantry.cli;

/** A command, or a program among the commands, that can't do what it should. Its message is all that people need. */
public final class CommandFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * A failure that people can act on.
     *
     * @param message what failed, its value, and the remedy; one line
     */
    public CommandFailedException(String message) {
        super(message);
    }

    /**
     * A failure that people can act on.
     *
     * @param message what failed, its value, and the remedy; one line
     * @param cause why
     */
    public CommandFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
