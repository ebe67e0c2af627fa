package dev.gantry.node.session;

import dev.gantry.model.Loopback;
import io.grpc.Metadata;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the node shows to a server when it opens a session.
 *
 * @param nodeId the node's id
 * @param secret proves that the id is the node's own
 * @param joinTokens returns the secret of a token that lets the node join, given the server's {@code HOST:PORT}; asked
 *     for each session anew
 * @param isEncrypted true if the node's sessions use TLS
 */
public record SessionCredentials(
        String nodeId, String secret, Function<String, Optional<String>> joinTokens, boolean isEncrypted) {

    private static final Metadata.Key<String> NODE_ID = key("gantry-node-id");
    private static final Metadata.Key<String> NODE_SECRET = key("gantry-node-secret");
    private static final Metadata.Key<String> AUTHORIZATION = key("authorization");

    /** Leaves out the secret. */
    @Override
    public String toString() {
        return nodeId;
    }

    /** Returns the headers of a session. A token is not sent where others could read it on its way. */
    Metadata headers(String server) {
        Metadata headers = new Metadata();
        headers.put(NODE_ID, nodeId);
        headers.put(NODE_SECRET, secret);
        if (isConfidential(server)) {
            joinTokens.apply(server).ifPresent(token -> headers.put(AUTHORIZATION, "Bearer " + token));
        }
        return headers;
    }

    /** Returns why the node shows no token to a server although it may have one; empty if it shows it. */
    String restraint(String server) {
        return isConfidential(server)
                ? ""
                : ". The node sends a join token to loopback addresses only: its sessions are not encrypted";
    }

    /** Returns true if nobody but the server can read what the node sends. */
    private boolean isConfidential(String server) {
        return isEncrypted || Loopback.isAddress(server);
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
