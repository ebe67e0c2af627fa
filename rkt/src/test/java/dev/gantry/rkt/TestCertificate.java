package dev.gantry.rkt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A key and a certificate for a server on this machine, signed by itself and made by the JDK's keytool. */
public final class TestCertificate {

    private static final String ALIAS = "x";
    private static final char[] PASSWORD = "changeit".toCharArray();

    private final Path store;
    private final Path certificate;

    private TestCertificate(Path store, Path certificate) {
        this.store = store;
        this.certificate = certificate;
    }

    /** Makes one for an address, with its files in a directory. */
    public static TestCertificate create(Path directory, String address) throws IOException, InterruptedException {
        Path store = directory.resolve("server.p12");
        Path certificate = directory.resolve("ca.pem");
        keytool(
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                ALIAS,
                "-keystore",
                store.toString(),
                "-dname",
                "CN=test",
                "-ext",
                "san=ip:" + address,
                "-ext",
                "bc=ca:true");
        keytool("-exportcert", "-rfc", "-alias", ALIAS, "-keystore", store.toString(), "-file", certificate.toString());
        return new TestCertificate(store, certificate);
    }

    /** The certificate in PEM, for clients that trust the server. */
    public Path certificate() {
        return certificate;
    }

    /** Writes the key, in PEM. */
    public Path writeKey(Path file) throws IOException, GeneralSecurityException {
        byte[] key = load().getKey(ALIAS, PASSWORD).getEncoded();
        String text = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(key);
        return Files.writeString(file, "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n".formatted(text));
    }

    /** TLS for the server, and for a client that trusts only this server. */
    public SSLContext context() throws IOException, GeneralSecurityException {
        KeyStore keys = load();
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD);
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(keys);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }

    private KeyStore load() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        return keys;
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
