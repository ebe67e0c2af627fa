package dev.gantry.driver;

/** A command could not be run inside a task, or did not end in time. */
public final class TaskCommandException extends Exception {

    private static final long serialVersionUID = 1L;

    /**
     * Says why.
     *
     * @param message what failed, in one line for people
     * @param cause where it failed
     */
    public TaskCommandException(String message, Throwable cause) {
        super(message, cause);
    }
}
