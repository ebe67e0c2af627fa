package dev.gantry.node.fingerprint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;

/** The address by which other machines reach this one. */
public final class HostAddress {

    /** Of the block reserved for documentation: reached by the default route or not at all. */
    private static final byte[] SOMEWHERE_ELSE = {(byte) 192, 0, 2, 1};

    private static final int DISCARD = 9;

    private HostAddress() {}

    /**
     * Asks the system which address it would send from to somewhere else. Nothing is sent.
     *
     * @return the address of the default route's interface, 127.0.0.1 without one
     */
    public static String ofDefaultRoute() {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByAddress(SOMEWHERE_ELSE), DISCARD));
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
