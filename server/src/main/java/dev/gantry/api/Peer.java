package dev.gantry.api;

import dev.gantry.cluster.UnauthenticatedException;
import dev.gantry.cluster.node.CertifiedName;
import dev.gantry.tls.CertificateRole;
import io.grpc.Context;
import java.time.Instant;
import java.util.Optional;

/**
 * What TLS says of a caller.
 *
 * @param isSecure true if the call came over TLS
 * @param hasCertificate true if the caller has shown a certificate; it was verified
 * @param role the role in the certificate; empty if there is none
 * @param end when the certificate ends; empty without one
 */
public record Peer(boolean isSecure, boolean hasCertificate, Optional<CertificateRole> role, Optional<Instant> end) {

    /** The peer of the current call. */
    public static final Context.Key<Peer> CURRENT = Context.keyWithDefault("gantry-peer", unknown());

    /**
     * Returns the peer of a call without TLS.
     *
     * @return a peer of which nothing is known
     */
    static Peer unknown() {
        return new Peer(false, false, Optional.empty(), Optional.empty());
    }

    /**
     * Refuses a call on a connection that has outlived the certificate of the caller.
     *
     * @param now the time
     * @throws UnauthenticatedException if the certificate has ended
     */
    void requireValid(Instant now) {
        if (end.isPresent() && !now.isBefore(end.get())) {
            throw new UnauthenticatedException(
                    "The client's certificate of this connection has ended at %s: connect again with a renewed one"
                            .formatted(end.get()));
        }
    }

    /**
     * Returns what the certificate says of a node.
     *
     * @return the name and the end; empty if the certificate is not that of a node
     */
    Optional<CertifiedName> node() {
        return nodeName().flatMap(name -> end.map(time -> new CertifiedName(name, time)));
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
