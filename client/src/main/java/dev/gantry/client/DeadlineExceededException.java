package dev.gantry.client;

/**
 * The server was reached and did not respond in time. It is not known whether the call took effect. If the server was
 * not reached in time, an {@link UnavailableException} is thrown instead.
 */
public final class DeadlineExceededException extends GantryException {

    private static final long serialVersionUID = 1L;

    DeadlineExceededException(String message, Throwable cause) {
        super(message, cause);
    }
}
