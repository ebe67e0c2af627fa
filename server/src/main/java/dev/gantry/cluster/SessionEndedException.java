package dev.gantry.cluster;

/** Why the server ends a node's session; the node may connect again. */
public final class SessionEndedException extends ClusterException {

    private static final long serialVersionUID = 1L;

    SessionEndedException(String message) {
        super(message);
    }

    static SessionEndedException givenUp(String nodeId) {
        return new SessionEndedException("Node %s was given up; register again".formatted(nodeId));
    }
}
