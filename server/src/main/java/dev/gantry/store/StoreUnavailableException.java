package dev.gantry.store;

/** The store can't be read or written now. Its message names the cause and the remedy. */
public final class StoreUnavailableException extends StoreException {

    private static final long serialVersionUID = 1L;

    StoreUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The same for one more caller: each has a stack trace of its own, and shares the cause. */
    StoreUnavailableException again() {
        return new StoreUnavailableException(getMessage(), getCause());
    }
}
