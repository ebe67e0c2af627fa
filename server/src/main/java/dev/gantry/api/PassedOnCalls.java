package dev.gantry.api;

import dev.gantry.model.IpLiteral;
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
import java.util.Optional;

/**
 * Takes a call that another server has passed on as a call from where that server got it: limits, failed logins and the audit
 * log count the address of the caller, not that of the other server. A caller who only says that it is a server is not
 * believed: the secret is known to those who can read the database.
 *
 * <p>Stands outside of all interceptors that look at the address.
 */
final class PassedOnCalls implements ServerInterceptor {

    private static final Metadata.Key<String> CALLER =
            Metadata.Key.of("gantry-passed-on-from", Metadata.ASCII_STRING_MARSHALLER);

    private static final Metadata.Key<String> SECRET =
            Metadata.Key.of("gantry-passed-on-secret", Metadata.ASCII_STRING_MARSHALLER);

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
        headers.discardAll(CALLER);
        headers.discardAll(SECRET);
        address(call).ifPresent(address -> {
            headers.put(CALLER, withoutZone(address.getHostAddress()));
            headers.put(SECRET, secret);
        });
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
        headers.discardAll(CALLER);
        headers.discardAll(SECRET);
        if (claimed == null || shown == null || !isSecret(shown) || !IpLiteral.isValid(claimed)) {
            return next.startCall(call, headers);
        }
        return next.startCall(from(claimed, call), headers);
    }

    private boolean isSecret(String shown) {
        return secret.length > 0 && MessageDigest.isEqual(secret, shown.getBytes(StandardCharsets.US_ASCII));
    }

    private static <Q, A> ServerCall<Q, A> from(String address, ServerCall<Q, A> call) {
        // A literal address: no name is looked up.
        InetSocketAddress remote = new InetSocketAddress(address, 0);
        return new SimpleForwardingServerCall<>(call) {
            @Override
            public Attributes getAttributes() {
                return super.getAttributes().toBuilder()
                        .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, remote)
                        .build();
            }
        };
    }
}
