package dev.gantry.cluster;

/** The node has no session with this server. */
public final class NodeNotConnectedException extends ClusterException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception for a node without an open session.
     *
     * @param nodeId the node
     */
    public NodeNotConnectedException(String nodeId) {
        super("Node %s is not connected: try again when it is back".formatted(nodeId));
    }
}
