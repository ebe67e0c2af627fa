package dev.gantry.store;

/** The database could not do what it must: it is damaged, in use by another server, out of space, or closed. */
public class StoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * A failure that the store found itself.
     *
     * @param message what failed, and the remedy
     */
    public StoreException(String message) {
        super(message);
    }

    /**
     * A failure of the database.
     *
     * @param message what failed, and the remedy
     * @param cause what the database said
     */
    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
