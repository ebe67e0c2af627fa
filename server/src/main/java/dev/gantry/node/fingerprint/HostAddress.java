package dev.gantry.node.fingerprint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;

/** Finds the address by which other machines reach this one. */
public final class HostAddress {

    /** An address of the block for documentation, so that only the default route leads to it. */
    private static final byte[] ELSEWHERE = {(byte) 192, 0, 2, 1};

    private static final int DISCARD = 9;

    private HostAddress() {}

    /**
     * Asks the system for the source address of packets to an address elsewhere. Sends nothing.
     *
     * @return the address of the default route's interface; 127.0.0.1 if there is no default route
     */
    public static String ofDefaultRoute() {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByAddress(ELSEWHERE), DISCARD));
            InetAddress address = socket.getLocalAddress();
            return address.isAnyLocalAddress() ? "127.0.0.1" : address.getHostAddress();
        } catch (SocketException | UncheckedIOException e) {
            // The network is unreachable.
            return "127.0.0.1";
        } catch (IOException e) {
            throw new IllegalStateException("Four bytes are an address", e);
        }
    }
}
