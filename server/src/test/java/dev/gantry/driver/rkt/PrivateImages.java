package dev.gantry.driver.rkt;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.grpc.netty.shaded.io.netty.handler.ssl.util.SelfSignedCertificate;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An HTTPS server on loopback with one image, which asks for a name and a password. No CA has signed its certificate. */
final class PrivateImages implements AutoCloseable {

    private static final char[] NO_PASSWORD = {};

    private final HttpsServer server;

    private PrivateImages(HttpsServer server) {
        this.server = server;
    }

    static PrivateImages start(String user, String password, Path image) throws IOException, GeneralSecurityException {
        byte[] content = Files.readAllBytes(image);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context()));
        HttpContext path = server.createContext("/private.aci", exchange -> {
            boolean isHead = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(200, isHead ? -1 : content.length);
            try (OutputStream body = exchange.getResponseBody()) {
                if (!isHead) {
                    body.write(content);
                }
            }
        });
        path.setAuthenticator(new BasicAuthenticator("images") {
            @Override
            public boolean checkCredentials(String name, String secret) {
                return name.equals(user) && secret.equals(password);
            }
        });
        server.start();
        return new PrivateImages(server);
    }

    private static SSLContext context() throws IOException, GeneralSecurityException {
        SelfSignedCertificate self = new SelfSignedCertificate();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, NO_PASSWORD);
        keys.setKeyEntry("server", self.key(), NO_PASSWORD, new Certificate[] {self.cert()});
        self.delete();
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, NO_PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    /** Returns the URL of the image. */
    String image() {
        return "https://127.0.0.1:%d/private.aci".formatted(server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
