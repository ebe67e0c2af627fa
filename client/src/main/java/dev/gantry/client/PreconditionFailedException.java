package dev.gantry.client;

/**
 * What was asked for can't be done as things stand: a job is stopped, a deployment has ended, a node is draining. Making the
 * call again is of no use before that has changed; the message says what stands in the way.
 */
public final class PreconditionFailedException extends GantryException {

    private static final long serialVersionUID = 1L;

    PreconditionFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
