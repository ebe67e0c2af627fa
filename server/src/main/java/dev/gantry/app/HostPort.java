package dev.gantry.app;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** Parses and formats addresses: {@code HOST:PORT} and {@code [IPV6]:PORT}. */
final class HostPort {

    private static final int HIGHEST_PORT = 65535;

    private HostPort() {}

    /**
     * Parses an address.
     *
     * @throws IllegalArgumentException if the text is no address, or the host can't be resolved
     */
    static InetSocketAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("\"%s\" is no HOST:PORT".formatted(text));
        }
        String host = text.substring(0, colon).replaceAll("^\\[(.*)]$", "$1");
        try {
            return new InetSocketAddress(InetAddress.getByName(host), parsePort(text, text.substring(colon + 1)));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("The host of \"%s\" has no address".formatted(text), e);
        }
    }

    static String format(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    private static int parsePort(String text, String digits) {
        try {
            int port = Integer.parseInt(digits);
            if (port >= 0 && port <= HIGHEST_PORT) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("The port of \"%s\" is no number".formatted(text), e);
        }
        throw new IllegalArgumentException("The port of \"%s\" is not within 0 and 65535".formatted(text));
    }
}
