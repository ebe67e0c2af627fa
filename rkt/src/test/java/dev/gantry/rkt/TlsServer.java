package dev.gantry.rkt;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTPS server on the port of HTTPS, at an unused address of the loopback device. */
final class TlsServer implements AutoCloseable {

    static final String HOST = "127.77.3.4";

    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final HttpsServer server;
    private final TestCertificate certificate;

    TlsServer(Path directory) throws IOException, InterruptedException, GeneralSecurityException {
        certificate = TestCertificate.create(directory, HOST);
        server = HttpsServer.create(new InetSocketAddress(HOST, 443), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
        server.createContext("/", exchange -> {
            byte[] file = files.get(exchange.getRequestURI().getPath());
            String login = exchange.getRequestHeaders().getFirst("Authorization");
            requests.add(exchange.getRequestURI() + (login == null ? "" : " " + login));
            exchange.sendResponseHeaders(file == null ? 404 : 200, file == null || file.length == 0 ? -1 : file.length);
            if (file != null) {
                exchange.getResponseBody().write(file);
            }
            exchange.close();
        });
        server.start();
    }

    /** The certificate, for clients that trust the server. */
    Path certificate() {
        return certificate.certificate();
    }

    /** {@code PATH}, or {@code PATH AUTHORIZATION}, one after the other. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    void serve(String path, byte[] content) {
        files.put(path, content);
    }

    void serve(String path, String content) {
        serve(path, content.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
