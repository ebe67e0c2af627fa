package dev.gantry.cli;

import dev.gantry.client.TlsOptions;
import java.nio.file.Path;
import java.util.Optional;

/** Turns the files of {@code --ca-file}, {@code --cert-file} and {@code --key-file} into options of TLS. */
public final class TlsFiles {

    private TlsFiles() {}

    /**
     * Returns how to use TLS with some files.
     *
     * @param authority the CA to trust
     * @param certificate the own certificate
     * @param key the private key of the certificate
     * @return empty if there is neither a CA nor a certificate
     * @throws IllegalArgumentException if there is a certificate without a key, or the reverse
     */
    public static Optional<TlsOptions> toOptions(
            Optional<Path> authority, Optional<Path> certificate, Optional<Path> key) {
        if (certificate.isPresent() != key.isPresent()) {
            throw new IllegalArgumentException(
                    "A certificate and its private key belong together: say both --cert-file FILE and --key-file FILE");
        }
        if (authority.isEmpty() && certificate.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new TlsOptions(authority, certificate.map(file -> new TlsOptions.Identity(file, key.orElseThrow()))));
    }
}
