package dev.gantry.rkt.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The certificate authorities that this machine trusts. rkt, a Go program, takes those of the file that {@code
 * SSL_CERT_FILE} names, else the machine's bundle, and what an administrator has added there must count here too; where
 * there is neither, Java's own count.
 */
final class TrustedCertificates {

    private static final String VARIABLE = "SSL_CERT_FILE";

    /** The bundles of distributions: Debian and Alpine, Fedora, openSUSE. */
    private static final List<Path> BUNDLES = List.of(
            Path.of("/etc/ssl/certs/ca-certificates.crt"),
            Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
            Path.of("/etc/ssl/ca-bundle.pem"));

    private TrustedCertificates() {}

    /**
     * TLS with these authorities.
     *
     * @param environment the variables of the process
     * @return the context
     * @throws IOException if the bundle can't be read
     */
    static SSLContext context(Map<String, String> environment) throws IOException {
        Optional<Path> bundle = Optional.ofNullable(environment.get(VARIABLE))
                .filter(file -> !file.isEmpty())
                .map(Path::of)
                .or(() -> BUNDLES.stream().filter(Files::isReadable).findFirst());
        try {
            if (bundle.isEmpty()) {
                return SSLContext.getDefault();
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(read(bundle.get()));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), new SecureRandom());
            return context;
        } catch (CertificateException e) {
            throw new IOException("%s holds what is no certificate: %s".formatted(bundle.get(), e.getMessage()), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        } catch (GeneralSecurityException e) {
            throw new IOException("certificates can't be used: " + e.getMessage(), e);
        }
    }

    private static KeyStore read(Path bundle) throws IOException, GeneralSecurityException {
        KeyStore authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(bundle))) {
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                authorities.setCertificateEntry(Integer.toString(number++), certificate);
            }
        }
        return authorities;
    }
}
