package dev.gantry.api;

import com.google.protobuf.ByteString;
import io.grpc.Grpc;
import io.grpc.ServerCall;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * Where connections come from, as limits count them: an IPv4 address, or a /64 network of IPv6. A host has as many
 * addresses of IPv6 as it likes that begin with the same bytes.
 *
 * @param prefix the bytes of the address that count; none if the address is not known
 */
record PeerNetwork(ByteString prefix) {

    private static final int IPV6_BYTES = 16;
    private static final int IPV6_NETWORK_BYTES = 8;

    /** Returns the network of an address. The peer of a connection that was reset meanwhile may be unknown. */
    static PeerNetwork of(SocketAddress remote) {
        InetAddress address = remote instanceof InetSocketAddress internet ? internet.getAddress() : null;
        byte[] bytes = address == null ? new byte[0] : address.getAddress();
        return new PeerNetwork(ByteString.copyFrom(bytes, 0, Math.min(bytes.length, IPV6_NETWORK_BYTES)));
    }

    /** Returns the network that a call comes from. */
    static PeerNetwork of(ServerCall<?, ?> call) {
        return of(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
    }

    /** Returns the network as operators write it, such as {@code 10.0.0.7} or {@code 2001:db8:0:0:0:0:0:0/64}. */
    @Override
    public String toString() {
        if (prefix.isEmpty()) {
            return "an unknown address";
        }
        boolean isIpv6 = prefix.size() == IPV6_NETWORK_BYTES;
        try {
            byte[] bytes = Arrays.copyOf(prefix.toByteArray(), isIpv6 ? IPV6_BYTES : prefix.size());
            return InetAddress.getByAddress(bytes).getHostAddress() + (isIpv6 ? "/64" : "");
        } catch (UnknownHostException e) {
            throw new IllegalStateException("An address has 4 or 16 bytes", e);
        }
    }
}
