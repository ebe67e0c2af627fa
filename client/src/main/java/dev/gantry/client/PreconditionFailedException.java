package dev.gantry.client;

/** The job was changed meanwhile: its index is not the one that the submission names. */
public final class PreconditionFailedException extends GantryException {

    private static final long serialVersionUID = 1L;

    PreconditionFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
