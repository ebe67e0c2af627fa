package dev.gantry.api;

import dev.gantry.tls.CertificateRole;
import io.grpc.Context;
import java.util.Optional;

/**
 * What TLS says of a caller.
 *
 * @param isSecure true if the call came over TLS
 * @param hasCertificate true if the caller has shown a certificate; it was verified
 * @param role the role in the certificate; empty if there is none
 */
public record Peer(boolean isSecure, boolean hasCertificate, Optional<CertificateRole> role) {

    /** The peer of the current call. */
    public static final Context.Key<Peer> CURRENT = Context.keyWithDefault("gantry-peer", unknown());

    /**
     * Returns the peer of a call without TLS.
     *
     * @return a peer of which nothing is known
     */
    static Peer unknown() {
        return new Peer(false, false, Optional.empty());
    }

    /**
     * Returns the name of the node that the certificate stands for.
     *
     * @return the name; empty if the certificate is not that of a node
     */
    public Optional<String> nodeName() {
        return role.flatMap(
                held -> held instanceof CertificateRole.Node node ? Optional.of(node.name()) : Optional.empty());
    }

    @Override
    public String toString() {
        return role.map(held -> "the certificate of the " + held)
                .orElse(hasCertificate ? "a certificate without a role" : "no certificate");
    }
}
