package dev.gantry.client;

/**
 * The server was reached and did not answer in time. Whether it did what it was asked is not known. A server that was not
 * reached in time is an {@link UnavailableException}.
 */
public final class DeadlineExceededException extends GantryException {

    private static final long serialVersionUID = 1L;

    DeadlineExceededException(String message, Throwable cause) {
        super(message, cause);
    }
}
