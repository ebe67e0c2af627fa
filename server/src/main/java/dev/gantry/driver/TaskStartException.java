package dev.gantry.driver;

/** A task could not be started. */
public final class TaskStartException extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean worthRetrying;
    private final boolean restricted;

    /**
     * Says why.
     *
     * @param message what failed, and the remedy, in one line for people
     * @param worthRetrying true if the same task may start later, for instance once a registry works again
     */
    public TaskStartException(String message, boolean worthRetrying) {
        this(message, worthRetrying, false);
    }

    private TaskStartException(String message, boolean worthRetrying, boolean restricted) {
        super(message);
        this.worthRetrying = worthRetrying;
        this.restricted = restricted;
    }

    /**
     * Says why the owner of the node does not allow the task.
     *
     * @param message what is not allowed, and the remedy, in one line for people
     * @return the exception; the start is not worth retrying
     */
    public static TaskStartException restricted(String message) {
        return new TaskStartException(message, false, true);
    }

    /**
     * Decides whether the owner of the node does not allow the task.
     *
     * @return true if so
     */
    public boolean isRestricted() {
        return restricted;
    }

    /**
     * Decides whether to try again.
     *
     * @return true if the same task may start later
     */
    public boolean isWorthRetrying() {
        return worthRetrying;
    }
}
