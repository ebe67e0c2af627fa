package dev.gantry.node.state;

/** What a node keeps on its disk can't be read or written. */
public final class NodeStateException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Says what is wrong.
     *
     * @param message names the file and the remedy
     */
    public NodeStateException(String message) {
        super(message);
    }

    /**
     * Says what is wrong.
     *
     * @param message names the file and the remedy
     * @param cause what the file system said
     */
    public NodeStateException(String message, Throwable cause) {
        super(message, cause);
    }
}
