package dev.gantry.client;

/**
 * The server does not know who calls: the client has no token, or its token is unknown, was deleted or has ended. A retry
 * fails until the client has another token. The message names the remedy.
 */
public final class UnauthenticatedException extends GantryException {

    private static final long serialVersionUID = 1L;

    UnauthenticatedException(String message, Throwable cause) {
        super(message, cause);
    }
}
