package dev.gantry.rkt;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An HTTPS server on the port of HTTPS, at an address of the loopback device that nobody else uses. */
final class TlsServer implements AutoCloseable {

    static final String HOST = "127.77.3.4";

    private static final char[] PASSWORD = "changeit".toCharArray();

    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final HttpsServer server;
    private final Path certificate;

    TlsServer(Path directory) throws IOException, InterruptedException, GeneralSecurityException {
        Path store = directory.resolve("server.p12");
        certificate = directory.resolve("ca.pem");
        keytool(
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "x",
                "-keystore",
                store.toString(),
                "-dname",
                "CN=test",
                "-ext",
                "san=ip:" + HOST,
                "-ext",
                "bc=ca:true");
        keytool("-exportcert", "-rfc", "-alias", "x", "-keystore", store.toString(), "-file", certificate.toString());
        server = HttpsServer.create(new InetSocketAddress(HOST, 443), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context(store)));
        server.createContext("/", exchange -> {
            byte[] file = files.get(exchange.getRequestURI().getPath());
            exchange.sendResponseHeaders(file == null ? 404 : 200, file == null || file.length == 0 ? -1 : file.length);
            if (file != null) {
                exchange.getResponseBody().write(file);
            }
            exchange.close();
        });
        server.start();
    }

    /** The certificate, for those who shall trust the server. */
    Path certificate() {
        return certificate;
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

    private static SSLContext context(Path store) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 5];
        command[0] = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        String[] password = {"-storepass", new String(PASSWORD), "-storetype", "PKCS12"};
        System.arraycopy(password, 0, command, arguments.length + 1, password.length);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(output);
        }
    }
}
