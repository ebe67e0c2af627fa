package dev.gantry.cluster;

import java.time.Instant;

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

    /**
     * Makes the exception for a node whose certificate has ended while its session was open.
     *
     * @param end when the certificate has ended
     * @return the exception
     */
    public static SessionEndedException certificateEnded(Instant end) {
        return new SessionEndedException(
                "The certificate of this session has ended at %s: connect again with a renewed one".formatted(end));
    }
}
