package dev.gantry.client;

/** The server knows no such job, allocation or node. */
public final class NotFoundException extends GantryException {

    private static final long serialVersionUID = 1L;

    NotFoundException(String message, Throwable cause) {
        super(message, cause);
    }
}
