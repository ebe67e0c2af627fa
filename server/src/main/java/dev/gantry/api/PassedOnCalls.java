package dev.gantry.api;

import dev.gantry.model.IpLiteral;
import dev.gantry.tls.CertificateRole;
import io.grpc.Attributes;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes a call that another server has passed on as a call from where that server got it: limits, failed logins and the audit
 * log count the address and the certificate of the caller, not those of the other server. A caller who only says that it is a
 * server is not believed: the secret is known to those who can read the database.
 *
 * <p>Stands outside of all interceptors that look at the address.
 */
final class PassedOnCalls implements ServerInterceptor {

    private static final Metadata.Key<String> CALLER =
            Metadata.Key.of("gantry-passed-on-from", Metadata.ASCII_STRING_MARSHALLER);

    private static final Metadata.Key<String> SECRET =
            Metadata.Key.of("gantry-passed-on-secret", Metadata.ASCII_STRING_MARSHALLER);

    /** The end of the caller's certificate in seconds since 1970, and the URI of its role or {@link #NO_ROLE}. */
    private static final Metadata.Key<String> CERTIFICATE =
            Metadata.Key.of("gantry-passed-on-certificate", Metadata.ASCII_STRING_MARSHALLER);

    private static final String NO_ROLE = "-";

    private static final Pattern CERTIFICATE_FORM = Pattern.compile("([0-9]{1,11}) (\\S+)");

    private final byte[] secret;

    /**
     * Makes an interceptor.
     *
     * @param secret the secret of this server as the leader; empty: no call is believed to be passed on
     */
    PassedOnCalls(String secret) {
        this.secret = secret.getBytes(StandardCharsets.US_ASCII);
    }

    /** Writes into the headers of a call to the leader from where it comes, in place of what its caller says of that. */
    static void describe(ServerCall<?, ?> call, Metadata headers, String secret) {
        discard(headers);
        address(call).ifPresent(address -> {
            headers.put(CALLER, withoutZone(address.getHostAddress()));
            headers.put(SECRET, secret);
        });
        Peer peer = PeerCertificates.of(call);
        peer.end()
                .ifPresent(end -> headers.put(
                        CERTIFICATE,
                        end.getEpochSecond()
                                + " "
                                + peer.role().map(CertificateRole::uri).orElse(NO_ROLE)));
    }

    private static void discard(Metadata headers) {
        headers.discardAll(CALLER);
        headers.discardAll(SECRET);
        headers.discardAll(CERTIFICATE);
    }

    /** Takes off what only this machine understands of an address of IPv6. */
    private static String withoutZone(String address) {
        int zone = address.indexOf('%');
        return zone < 0 ? address : address.substring(0, zone);
    }

    /** Returns true if another server says that it has passed the call on. */
    static boolean isPassedOn(Metadata headers) {
        return headers.containsKey(SECRET);
    }

    private static Optional<InetAddress> address(ServerCall<?, ?> call) {
        return Optional.ofNullable(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR))
                .filter(InetSocketAddress.class::isInstance)
                .map(remote -> ((InetSocketAddress) remote).getAddress());
    }

    @Override
    public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String claimed = headers.get(CALLER);
        String shown = headers.get(SECRET);
        Optional<String> certificate = Optional.ofNullable(headers.get(CERTIFICATE));
        discard(headers);
        if (claimed == null || shown == null || !isSecret(shown) || !IpLiteral.isValid(claimed)) {
            return next.startCall(call, headers);
        }
        return next.startCall(from(claimed, peer(PeerCertificates.of(call).isSecure(), certificate), call), headers);
    }

    private boolean isSecret(String shown) {
        return secret.length > 0 && MessageDigest.isEqual(secret, shown.getBytes(StandardCharsets.US_ASCII));
    }

    private static Peer peer(boolean isSecure, Optional<String> certificate) {
        return certificate
                .map(CERTIFICATE_FORM::matcher)
                .filter(Matcher::matches)
                .map(shown -> new Peer(
                        isSecure,
                        true,
                        CertificateRole.ofUri(shown.group(2)),
                        Optional.of(Instant.ofEpochSecond(Long.parseLong(shown.group(1))))))
                .orElseGet(() -> new Peer(isSecure, false, Optional.empty(), Optional.empty()));
    }

    private static <Q, A> ServerCall<Q, A> from(String address, Peer peer, ServerCall<Q, A> call) {
        // A literal address: no name is looked up.
        InetSocketAddress remote = new InetSocketAddress(address, 0);
        return new SimpleForwardingServerCall<>(call) {
            @Override
            public Attributes getAttributes() {
                return PeerCertificates.with(super.getAttributes(), peer).toBuilder()
                        .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, remote)
                        .build();
            }
        };
    }
}
