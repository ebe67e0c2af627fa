package dev.gantry.node.state;

/** The state of a node on its disk can't be read or written. */
public final class NodeStateException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message names the file and the remedy
     */
    public NodeStateException(String message) {
        super(message);
    }

    /**
     * Creates an exception.
     *
     * @param message names the file and the remedy
     * @param cause the error of the file system
     */
    public NodeStateException(String message, Throwable cause) {
        super(message, cause);
    }
}
