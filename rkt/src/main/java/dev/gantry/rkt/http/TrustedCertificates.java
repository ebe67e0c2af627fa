package dev.gantry.rkt.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
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
 * The certificate authorities that this machine trusts, chosen by the rules of Go, in which rkt is written: the
 * authorities of the file that {@code SSL_CERT_FILE} names, else of the machine's bundle; and the authorities of all
 * files in the directories that {@code SSL_CERT_DIR} names, separated by colons. So authorities that an administrator
 * has added are trusted. If none of these files exists, Java's own authorities are used.
 */
final class TrustedCertificates {

    private static final String FILE_VARIABLE = "SSL_CERT_FILE";

    private static final String DIRECTORIES_VARIABLE = "SSL_CERT_DIR";

    /** The bundles of distributions: Debian and Alpine, Fedora, openSUSE. */
    private static final List<Path> BUNDLES = List.of(
            Path.of("/etc/ssl/certs/ca-certificates.crt"),
            Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
            Path.of("/etc/ssl/ca-bundle.pem"));

    private TrustedCertificates() {}

    /**
     * Makes a TLS context that trusts these authorities.
     *
     * @param environment the variables of the process
     * @return the context
     * @throws IOException if the bundle can't be read
     */
    static SSLContext context(Map<String, String> environment) throws IOException {
        Optional<Path> bundle = Optional.ofNullable(environment.get(FILE_VARIABLE))
                .filter(file -> !file.isEmpty())
                .map(Path::of)
                .or(() -> BUNDLES.stream().filter(Files::isReadable).findFirst());
        try {
            KeyStore authorities = KeyStore.getInstance("PKCS12");
            authorities.load(null, null);
            if (bundle.isPresent()) {
                add(authorities, bundle.get());
            }
            addDirectories(authorities, environment.getOrDefault(DIRECTORIES_VARIABLE, ""));
            if (authorities.size() == 0 && bundle.isEmpty()) {
                return SSLContext.getDefault();
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(authorities);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), new SecureRandom());
            return context;
        } catch (CertificateException e) {
            throw new IOException(
                    "%s has an invalid certificate: %s".formatted(bundle.orElseThrow(), e.getMessage()), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        } catch (GeneralSecurityException e) {
            throw new IOException("certificates can't be used: " + e.getMessage(), e);
        }
    }

    /**
     * Adds the authorities of directories. As in Go, a missing directory and a file without certificates are no errors.
     */
    private static void addDirectories(KeyStore authorities, String directories)
            throws IOException, GeneralSecurityException {
        for (String directory : directories.split(":", -1)) {
            if (directory.isEmpty() || !Files.isDirectory(Path.of(directory))) {
                continue;
            }
            try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of(directory), Files::isRegularFile)) {
                for (Path file : files) {
                    addIfCertificate(authorities, file);
                }
            }
        }
    }

    private static void addIfCertificate(KeyStore authorities, Path file) throws IOException, GeneralSecurityException {
        try {
            add(authorities, file);
        } catch (CertificateException e) {
            // A key, or a list of revoked certificates.
        }
    }

    private static void add(KeyStore authorities, Path file) throws IOException, GeneralSecurityException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                authorities.setCertificateEntry(Integer.toString(authorities.size()), certificate);
            }
        }
    }
}
