package dev.gantry.client;

import java.net.URI;
import java.net.URISyntaxException;

/** The address of a server. */
record ServerAddress(String host, int port) {

    private static final int DEFAULT_PORT = 7470;
    private static final int LAST_PORT = 65535;

    /** Parses HOST:PORT, HOST or [IPV6]:PORT. */
    static ServerAddress parse(String text) {
        URI uri = toUri(text);
        boolean plain = uri.getHost() != null
                && uri.getUserInfo() == null
                && uri.getRawPath().isEmpty();
        if (!plain || uri.getPort() == 0 || uri.getPort() > LAST_PORT) {
            throw invalid(text, null);
        }
        return new ServerAddress(uri.getHost(), uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort());
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }

    private static URI toUri(String text) {
        try {
            return new URI("gantry://" + text);
        } catch (URISyntaxException e) {
            throw invalid(text, e);
        }
    }

    private static IllegalArgumentException invalid(String text, Throwable cause) {
        return new IllegalArgumentException(
                "Server address \"" + text + "\" is not HOST:PORT, such as 127.0.0.1:" + DEFAULT_PORT, cause);
    }
}
