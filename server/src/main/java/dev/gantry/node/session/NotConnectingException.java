package dev.gantry.node.session;

/** A node does not connect to a server, since it is not safe. */
public final class NotConnectingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message why, and the remedy
     */
    public NotConnectingException(String message) {
        super(message);
    }
}
