package dev.gantry.cluster;

/** A node can't prove that it is the one it says to be. */
public final class NodeRefusedException extends ClusterException {

    private static final long serialVersionUID = 1L;

    NodeRefusedException(String nodeId) {
        super("Node id %s is known with another secret; if its data directory was copied from another node, remove it"
                .formatted(nodeId));
    }
}
