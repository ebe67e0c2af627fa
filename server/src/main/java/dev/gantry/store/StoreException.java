package dev.gantry.store;

/** The database has failed: it is damaged, in use by another server, out of space, or closed. */
public class StoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception for a failure that the store has found.
     *
     * @param message what failed, and the remedy
     */
    public StoreException(String message) {
        super(message);
    }

    /**
     * Creates an exception for a failure of the database.
     *
     * @param message what failed, and the remedy
     * @param cause the failure
     */
    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
