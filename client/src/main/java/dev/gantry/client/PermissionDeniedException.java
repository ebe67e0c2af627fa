package dev.gantry.client;

/** The client's token does not allow the call. The message names what is missing. */
public final class PermissionDeniedException extends GantryException {

    private static final long serialVersionUID = 1L;

    PermissionDeniedException(String message, Throwable cause) {
        super(message, cause);
    }
}
