package dev.gantry.client;

/** A call to the server failed. The message is the server's, if it sent one. */
public sealed class GantryException extends RuntimeException
        permits ConflictException,
                DeadlineExceededException,
                InvalidArgumentException,
                NotFoundException,
                PermissionDeniedException,
                PreconditionFailedException,
                TlsFailedException,
                UnauthenticatedException,
                UnavailableException {

    private static final long serialVersionUID = 1L;

    GantryException(String message, Throwable cause) {
        super(message, cause);
    }
}
