package dev.gantry.cluster;

/** The server ends a node's session; the node may connect again. */
public final class SessionEndedException extends ClusterException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message why the session ended, and what the node has to do
     */
    public SessionEndedException(String message) {
        super(message);
    }

    /** Returns the exception for a node that was marked as down. */
    public static SessionEndedException givenUp(String nodeId) {
        return new SessionEndedException("Node %s was given up; register again".formatted(nodeId));
    }
}
