package dev.gantry.rkt.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.gantry.rkt.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP server on this machine that tells what it was asked. */
public final class LoopbackServer implements AutoCloseable {

    private final HttpServer server;
    private final String scheme;
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final List<String> requests = new CopyOnWriteArrayList<>();

    public LoopbackServer() throws IOException {
        this(HttpServer.create(freeAddress(), 0), "http");
    }

    private LoopbackServer(HttpServer server, String scheme) {
        this.server = server;
        this.scheme = scheme;
        server.setExecutor(threads);
        server.start();
    }

    /** One that speaks TLS, for 127.0.0.1. */
    public static LoopbackServer secured(Path directory)
            throws IOException, InterruptedException, GeneralSecurityException {
        HttpsServer server = HttpsServer.create(freeAddress(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(
                TestCertificate.create(directory, "127.0.0.1").context()));
        return new LoopbackServer(server, "https");
    }

    /** Answers requests of paths that begin so. */
    public LoopbackServer on(String path, HttpHandler handler) {
        server.createContext(path, exchange -> {
            requests.add(describe(exchange));
            try (exchange) {
                handler.handle(exchange);
            }
        });
        return this;
    }

    public static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    /** {@code PATH}, and the headers that tests look at, one after the other. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public String url() {
        return scheme + "://127.0.0.1:" + port();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static InetSocketAddress freeAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static String describe(HttpExchange exchange) {
        StringBuilder text = new StringBuilder(exchange.getRequestURI().toString());
        for (String name : List.of("Authorization", "Range", "If-Range", "If-None-Match")) {
            String value = exchange.getRequestHeaders().getFirst(name);
            text.append(value == null ? "" : " " + name + ": " + value);
        }
        return text.toString();
    }
}
