package dev.gantry.node;

import dev.gantry.node.fingerprint.NodeFingerprint;
import dev.gantry.v1.Node;

/** Holds the current description and fingerprint of this node. Owned by the owner thread. */
public final class NodeDescription {

    private Node node;
    private NodeFingerprint fingerprint;

    /**
     * Creates a description.
     *
     * @param node the id, name and configuration of the node
     * @param fingerprint the first fingerprint
     */
    public NodeDescription(Node node, NodeFingerprint fingerprint) {
        this.node = fingerprint.describe(node);
        this.fingerprint = fingerprint;
    }

    /**
     * Returns the current node.
     *
     * @return the node with its newest fingerprint
     */
    public Node node() {
        return node;
    }

    NodeFingerprint fingerprint() {
        return fingerprint;
    }

    /** Stores a newer fingerprint; returns true if it differs from the current one. */
    boolean update(NodeFingerprint newer) {
        if (newer.equals(fingerprint)) {
            return false;
        }
        fingerprint = newer;
        node = newer.describe(node);
        return true;
    }
}
