package dev.gantry.node.session;

import dev.gantry.model.JoinToken;
import io.grpc.Metadata;
import java.util.Optional;
import java.util.function.Function;

/**
 * The credentials that the node sends to a server.
 *
 * @param nodeId the node's id
 * @param secret proves that the id is the node's own
 * @param joinTokens returns a token that lets the node join, given the server's {@code HOST:PORT}; asked for each
 *     connection anew. Throws an IllegalArgumentException if there is a token, but a damaged one
 */
public record SessionCredentials(String nodeId, String secret, Function<String, Optional<JoinToken>> joinTokens) {

    private static final Metadata.Key<String> NODE_ID = key("gantry-node-id");
    private static final Metadata.Key<String> NODE_SECRET = key("gantry-node-secret");
    private static final Metadata.Key<String> AUTHORIZATION = key("authorization");

    /** Leaves out the secret. */
    @Override
    public String toString() {
        return nodeId;
    }

    /**
     * Looks for a join token.
     *
     * @param server {@code HOST:PORT}
     * @return the token; empty if there is none for this server
     * @throws IllegalArgumentException if there is one, but it is damaged
     */
    public Optional<JoinToken> joinToken(String server) {
        return joinTokens.apply(server);
    }

    /**
     * Returns the headers of a call, for a server that may know the node's secrets.
     *
     * @param token the join token, if there is one. The server gets its secret alone
     * @return the headers
     */
    public Metadata headers(Optional<JoinToken> token) {
        Metadata headers = new Metadata();
        headers.put(NODE_ID, nodeId);
        headers.put(NODE_SECRET, secret);
        token.ifPresent(known -> headers.put(AUTHORIZATION, "Bearer " + known.secret()));
        return headers;
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
