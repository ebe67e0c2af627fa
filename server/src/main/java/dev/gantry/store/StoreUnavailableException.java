package dev.gantry.store;

/** The store cannot be read or written now. The message names the cause and the remedy. */
public final class StoreUnavailableException extends StoreException {

    private static final long serialVersionUID = 1L;

    StoreUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Returns a copy for another caller, with a stack trace of its own and the same cause. */
    StoreUnavailableException again() {
        return new StoreUnavailableException(getMessage(), getCause());
    }
}
