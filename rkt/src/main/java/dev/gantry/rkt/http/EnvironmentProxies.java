package dev.gantry.rkt.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The proxies of the environment, as Go's net/http takes them: {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code
 * NO_PROXY}, in capitals or not. Servers on this machine are never reached through a proxy.
 */
public final class EnvironmentProxies extends ProxySelector {

    private static final int DEFAULT_PORT = 80;

    private final Map<String, String> environment;

    /**
     * Makes a selector.
     *
     * @param environment the variables
     */
    public EnvironmentProxies(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    @Override
    public List<Proxy> select(URI uri) {
        String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
        if (isLoopback(host) || isExcepted(host, uri.getPort())) {
            return List.of(Proxy.NO_PROXY);
        }
        String name = "https".equalsIgnoreCase(uri.getScheme()) ? "HTTPS_PROXY" : "HTTP_PROXY";
        return List.of(variable(name).map(EnvironmentProxies::proxy).orElse(Proxy.NO_PROXY));
    }

    /** Does nothing: if a proxy can't be reached, the request fails rather than bypass the proxy. */
    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {}

    private static Proxy proxy(String value) {
        URI uri = URI.create(value.contains("://") ? value : "http://" + value);
        int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
        return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(uri.getHost(), port));
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    }

    private boolean isExcepted(String host, int port) {
        for (String word : variable("NO_PROXY").orElse("").split(",", -1)) {
            String pattern = word.strip().toLowerCase(Locale.ROOT);
            String domain = pattern.startsWith("*.") ? pattern.substring(1) : pattern;
            if (pattern.equals("*")
                    || (!domain.isEmpty()
                            && (host.equals(domain)
                                    || (host + ":" + port).equals(domain)
                                    || host.endsWith(domain.startsWith(".") ? domain : "." + domain)))) {
                return true;
            }
        }
        return false;
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name))
                .or(() -> Optional.ofNullable(environment.get(name.toLowerCase(Locale.ROOT))))
                .filter(value -> !value.isBlank());
    }
}
