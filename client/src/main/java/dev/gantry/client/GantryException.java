package dev.gantry.client;

/** A call to the server that did not succeed. The message is the server's own where it gave one. */
public sealed class GantryException extends RuntimeException
        permits ConflictException,
                DeadlineExceededException,
                InvalidArgumentException,
                NotFoundException,
                PreconditionFailedException,
                UnavailableException {

    private static final long serialVersionUID = 1L;

    GantryException(String message, Throwable cause) {
        super(message, cause);
    }
}
