package dev.gantry.client;

/** The server has no such job, allocation, node or other object. */
public final class NotFoundException extends GantryException {

    private static final long serialVersionUID = 1L;

    NotFoundException(String message, Throwable cause) {
        super(message, cause);
    }
}
