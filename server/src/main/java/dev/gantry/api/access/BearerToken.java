package dev.gantry.api.access;

import dev.gantry.model.JoinToken;
import io.grpc.Metadata;
import java.util.Optional;

/** The header that carries the secret of a token (RFC 6750). */
public final class BearerToken {

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private static final String SCHEME = "Bearer ";

    private BearerToken() {}

    /**
     * Returns the secret that a call carries. Leaves out what a join token says of the server's CA.
     *
     * @param headers the headers of the call
     * @return the secret; empty if there is none, or if the header has another scheme
     */
    public static Optional<String> of(Metadata headers) {
        return Optional.ofNullable(headers.get(AUTHORIZATION))
                .filter(value -> value.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
                .map(value -> value.substring(SCHEME.length()).strip())
                .map(JoinToken::secretOf);
    }
}
