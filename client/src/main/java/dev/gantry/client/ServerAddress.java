package dev.gantry.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;

/**
 * The address of a server.
 *
 * @param host a name or an address, IPv6 in brackets
 * @param port 1 to 65535
 * @param isSecure true if the address demands TLS
 */
record ServerAddress(String host, int port, boolean isSecure) {

    /** The beginning of an address that demands TLS. */
    static final String SECURE = "https://";

    private static final String HTTP = "http://";
    private static final int DEFAULT_PORT = 7470;
    private static final int LAST_PORT = 65535;
    private static final Pattern LOOPBACK = Pattern.compile("127(\\.[0-9]{1,3}){3}");

    /** Parses HOST:PORT, HOST or [IPV6]:PORT, with or without https:// before it. */
    static ServerAddress parse(String text) {
        boolean isSecure = text.startsWith(SECURE);
        URI uri = toUri(text, isSecure ? text.substring(SECURE.length()) : text);
        boolean plain = uri.getHost() != null
                && uri.getUserInfo() == null
                && uri.getRawPath().isEmpty();
        if (!plain || uri.getPort() == 0 || uri.getPort() > LAST_PORT) {
            throw invalid(text, null);
        }
        return new ServerAddress(uri.getHost(), uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(), isSecure);
    }

    /**
     * Returns true if what is sent to the server stays on this machine. Does not ask for the address of a name: another
     * name than localhost can have another address tomorrow.
     */
    boolean isLoopback() {
        return host.equalsIgnoreCase("localhost")
                || host.equals("[::1]")
                || LOOPBACK.matcher(host).matches();
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }

    private static URI toUri(String text, String address) {
        try {
            return new URI("gantry://" + address);
        } catch (URISyntaxException e) {
            throw invalid(text, e);
        }
    }

    private static IllegalArgumentException invalid(String text, Throwable cause) {
        String remedy = text.startsWith(HTTP) ? ": leave out " + HTTP : ", such as 127.0.0.1:" + DEFAULT_PORT;
        return new IllegalArgumentException("Server address \"" + text + "\" is not HOST:PORT" + remedy, cause);
    }
}
