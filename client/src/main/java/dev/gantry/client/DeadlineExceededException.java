package dev.gantry.client;

/** The server did not answer in time. Whether it did what it was asked is not known. */
public final class DeadlineExceededException extends GantryException {

    private static final long serialVersionUID = 1L;

    DeadlineExceededException(String message, Throwable cause) {
        super(message, cause);
    }
}
