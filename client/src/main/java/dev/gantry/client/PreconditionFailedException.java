package dev.gantry.client;

/**
 * The state of an object does not allow the call: a job is stopped, a deployment has ended, a node is draining. A retry
 * fails until the state changes. The message names the reason.
 */
public final class PreconditionFailedException extends GantryException {

    private static final long serialVersionUID = 1L;

    PreconditionFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
