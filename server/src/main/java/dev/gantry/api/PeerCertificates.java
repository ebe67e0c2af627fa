package dev.gantry.api;

import dev.gantry.tls.CertificateRole;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Reads the role in the certificate of each connection once, gives it to each call as {@link Peer#CURRENT}, and refuses
 * sessions of nodes over TLS whose caller has not the certificate of a node. They are refused before anything is sent.
 */
final class PeerCertificates implements ServerInterceptor {

    private static final Attributes.Key<Peer> PEER = Attributes.Key.create("dev.gantry.peer");

    private final String session;

    /**
     * Makes the interceptor.
     *
     * @param session the method of nodes' sessions
     */
    PeerCertificates(MethodDescriptor<?, ?> session) {
        this.session = session.getFullMethodName();
    }

    /** Returns the filter that sees new connections. */
    static ServerTransportFilter connections() {
        return new ServerTransportFilter() {
            @Override
            public Attributes transportReady(Attributes connection) {
                SSLSession tls = connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
                return connection.toBuilder()
                        .set(PEER, tls == null ? Peer.unknown() : peer(tls))
                        .build();
            }
        };
    }

    /** Returns the peer of a call on a connection that {@link #connections} has seen. */
    static Peer of(ServerCall<?, ?> call) {
        // Without the filter of connections, a caller over TLS would pass as one without TLS.
        return Objects.requireNonNull(call.getAttributes().get(PEER), "the connection was not looked at");
    }

    /** Returns the attributes of a call as if it came from another peer. */
    static Attributes with(Attributes call, Peer peer) {
        return call.toBuilder().set(PEER, peer).build();
    }

    @Override
    public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Peer peer = of(call);
        if (peer.isSecure()
                && peer.nodeName().isEmpty()
                && call.getMethodDescriptor().getFullMethodName().equals(session)) {
            call.close(StatusMapping.notOfNode(peer), new Metadata());
            return new Listener<>() {};
        }
        return Contexts.interceptCall(Context.current().withValue(Peer.CURRENT, peer), call, headers, next);
    }

    private static Peer peer(SSLSession tls) {
        try {
            Certificate[] shown = tls.getPeerCertificates();
            return shown.length > 0 && shown[0] instanceof X509Certificate certificate
                    ? new Peer(
                            true,
                            true,
                            CertificateRole.of(certificate),
                            Optional.of(certificate.getNotAfter().toInstant()))
                    : new Peer(true, false, Optional.empty(), Optional.empty());
        } catch (SSLPeerUnverifiedException e) {
            // The caller has shown no certificate, and need not.
            return new Peer(true, false, Optional.empty(), Optional.empty());
        }
    }
}
