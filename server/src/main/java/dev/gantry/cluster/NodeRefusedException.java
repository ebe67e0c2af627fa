package dev.gantry.cluster;

/** A node may not have the session that it asks for. */
public final class NodeRefusedException extends ClusterException {

    private static final long serialVersionUID = 1L;

    private NodeRefusedException(String message) {
        super(message);
    }

    /**
     * Makes the exception for a node id that is registered with another secret.
     *
     * @param nodeId the id
     * @return the exception
     */
    public static NodeRefusedException otherSecret(String nodeId) {
        return new NodeRefusedException(
                ("Node id %s is known with another secret: restore the node's own data directory, or delete the file"
                                + " identity in it to join as a new node")
                        .formatted(nodeId));
    }

    /**
     * Makes the exception for a node that shows the certificate of another one.
     *
     * @param name the node's name
     * @param certified the name in the certificate
     * @return the exception
     */
    public static NodeRefusedException otherCertificate(String name, String certified) {
        return new NodeRefusedException(
                "Node \"%s\" shows the certificate of node \"%s\": give it its own with --cert-file, or say --name %s"
                        .formatted(name, certified, certified));
    }

    /**
     * Makes the exception for a node id that is registered with another name than that of the certificate.
     *
     * @param nodeId the id
     * @param registered the name that the id is registered with
     * @param certified the name in the certificate that it has, or asks for
     * @return the exception
     */
    public static NodeRefusedException otherName(String nodeId, String registered, String certified) {
        return new NodeRefusedException(
                ("Node id %s is registered with the name \"%s\", and the certificate is that of node \"%s\": to rename a"
                                + " node, stop it, and purge it with gantry node purge")
                        .formatted(nodeId, registered, certified));
    }

    /**
     * Makes the exception for a new node with the name of another one.
     *
     * @param name the name
     * @return the exception
     */
    public static NodeRefusedException nameTaken(String name) {
        return new NodeRefusedException(
                ("Another node, which is not down, has the name \"%s\": say another --name. If this is the same machine,"
                                + " restore the file identity in its data directory, or wait until that node is down")
                        .formatted(name));
    }
}
