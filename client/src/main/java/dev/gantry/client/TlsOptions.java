package dev.gantry.client;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.CertificateUtils;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;

/**
 * How a client knows its server, and how it proves who it is, over TLS. The server's certificate must be for the name or
 * address that the client calls.
 *
 * @param authority the file of the certificate authorities that may have issued the server's certificate; empty: those
 *     that Java trusts
 * @param identity the client's own certificate; empty to show none
 */
public record TlsOptions(Optional<Path> authority, Optional<Identity> identity) {

    /** Trusts the certificate authorities that Java trusts, and shows no certificate. */
    public static final TlsOptions SYSTEM = new TlsOptions(Optional.empty(), Optional.empty());

    /**
     * The files of a client's own certificate.
     *
     * @param certificate the certificate in PEM, then those of the authorities below the root
     * @param key its private key in PEM, in PKCS #8
     */
    public record Identity(Path certificate, Path key) {}

    /**
     * Trusts only the certificate authorities of a file.
     *
     * @param file one certificate or more, in PEM
     * @return new options
     */
    public TlsOptions authority(Path file) {
        return new TlsOptions(Optional.of(file), identity);
    }

    /**
     * Shows the server a certificate.
     *
     * @param certificate the file of the certificate in PEM
     * @param key the file of its private key in PEM, in PKCS #8
     * @return new options
     */
    public TlsOptions identity(Path certificate, Path key) {
        return new TlsOptions(authority, Optional.of(new Identity(certificate, key)));
    }

    /**
     * Returns the options that environment variables name, as for the command line.
     *
     * @param environment the environment variables
     * @return empty if none of them names a file
     * @throws IllegalArgumentException if there is a certificate without a key, or the reverse
     */
    static Optional<TlsOptions> ofEnvironment(Map<String, String> environment) {
        Optional<Path> authority = file(environment, "GANTRY_CACERT");
        Optional<Path> certificate = file(environment, "GANTRY_CLIENT_CERT");
        Optional<Path> key = file(environment, "GANTRY_CLIENT_KEY");
        if (certificate.isPresent() != key.isPresent()) {
            throw new IllegalArgumentException(
                    "A certificate and its private key belong together: set both GANTRY_CLIENT_CERT and GANTRY_CLIENT_KEY");
        }
        return authority.isEmpty() && certificate.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new TlsOptions(authority, certificate.map(file -> new Identity(file, key.orElseThrow()))));
    }

    private static Optional<Path> file(Map<String, String> environment, String variable) {
        return Optional.ofNullable(environment.get(variable))
                .filter(value -> !value.isBlank())
                .map(Path::of);
    }

    /**
     * Reads the files.
     *
     * @return credentials for a channel of gRPC
     * @throws IllegalArgumentException if a file can't be used; the message names it
     */
    public ChannelCredentials credentials() {
        TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
        authority.ifPresent(file -> credentials.trustManager(trust(file)));
        identity.ifPresent(files -> credentials.keyManager(keys(files)));
        return credentials.build();
    }

    private static TrustManager trust(Path file) {
        try {
            AdvancedTlsX509TrustManager manager =
                    AdvancedTlsX509TrustManager.newBuilder().build();
            manager.updateTrustCredentials(certificates(file));
            return manager;
        } catch (GeneralSecurityException | IOException e) {
            throw unusable(file, e);
        }
    }

    private static KeyManager keys(Identity files) {
        AdvancedTlsX509KeyManager manager = new AdvancedTlsX509KeyManager();
        manager.updateIdentityCredentials(certificates(files.certificate()), key(files.key()));
        return manager;
    }

    private static X509Certificate[] certificates(Path file) {
        X509Certificate[] found;
        try (InputStream in = Files.newInputStream(file)) {
            found = CertificateUtils.getX509Certificates(in);
        } catch (GeneralSecurityException | IOException e) {
            throw unusable(file, e);
        }
        if (found.length == 0) {
            throw new IllegalArgumentException("%s has no certificate in PEM".formatted(file));
        }
        return found;
    }

    private static PrivateKey key(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return CertificateUtils.getPrivateKey(in);
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw e instanceof IOException
                    ? unusable(file, e)
                    : new IllegalArgumentException(
                            ("%s has no private key that can be read: it must be in PEM and PKCS #8, with BEGIN PRIVATE"
                                            + " KEY in it")
                                    .formatted(file),
                            e);
        }
    }

    private static IllegalArgumentException unusable(Path file, Exception e) {
        String reason = e instanceof NoSuchFileException ? "there is no such file" : e.getMessage();
        return new IllegalArgumentException("%s can't be used: %s".formatted(file, reason), e);
    }
}
