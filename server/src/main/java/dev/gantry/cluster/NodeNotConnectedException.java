package dev.gantry.cluster;

/** Something must be asked of a node that has no session. */
public final class NodeNotConnectedException extends ClusterException {

    private static final long serialVersionUID = 1L;

    NodeNotConnectedException(String nodeId) {
        super("Node %s is not connected: try again when it is back".formatted(nodeId));
    }
}
