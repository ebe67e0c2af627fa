package dev.gantry.driver;

/** A task could not be started. */
public final class TaskStartException extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean worthRetrying;

    /**
     * Says why.
     *
     * @param message what failed, and the remedy, in one line for people
     * @param worthRetrying true if the same task may start later, for instance once a registry works again
     */
    public TaskStartException(String message, boolean worthRetrying) {
        super(message);
        this.worthRetrying = worthRetrying;
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
