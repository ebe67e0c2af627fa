package dev.gantry.node;

import dev.gantry.node.fingerprint.NodeFingerprint;
import dev.gantry.v1.Node;

/** What this node is and has to give now. Owned by the owner thread. */
public final class NodeDescription {

    private Node node;
    private NodeFingerprint fingerprint;

    /**
     * Describes a node.
     *
     * @param node who it is
     * @param fingerprint what it has to give
     */
    public NodeDescription(Node node, NodeFingerprint fingerprint) {
        this.node = fingerprint.describe(node);
        this.fingerprint = fingerprint;
    }

    /**
     * The node as it is now.
     *
     * @return its description
     */
    public Node node() {
        return node;
    }

    NodeFingerprint fingerprint() {
        return fingerprint;
    }

    /** Takes a newer fingerprint; returns whether it says anything new. */
    boolean update(NodeFingerprint newer) {
        if (newer.equals(fingerprint)) {
            return false;
        }
        fingerprint = newer;
        node = newer.describe(node);
        return true;
    }
}
