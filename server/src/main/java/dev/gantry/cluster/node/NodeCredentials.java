package dev.gantry.cluster.node;

import java.util.Optional;

/**
 * What a node shows when it opens a session.
 *
 * @param nodeId its id
 * @param secret the secret that proves that the id is its own
 * @param token the secret of a token that lets it join
 */
public record NodeCredentials(Optional<String> nodeId, Optional<String> secret, Optional<String> token) {

    /** Leaves out the secrets. */
    @Override
    public String toString() {
        return "NodeCredentials[" + nodeId + "]";
    }
}
