package dev.gantry.cluster;

/** A node registers under a known id with another secret. */
public final class NodeRefusedException extends ClusterException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception for a node id that is registered with another secret.
     *
     * @param nodeId the id
     */
    public NodeRefusedException(String nodeId) {
        super("Node id %s is known with another secret; if its data directory was copied from another node, remove it"
                .formatted(nodeId));
    }
}
