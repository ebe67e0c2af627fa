package dev.gantry.tls;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a server uses TLS.
 *
 * @param certificate the file of the server's certificate in PEM, then those of the authorities below the root
 * @param key the file of its private key in PEM, in PKCS #8
 * @param authority the file of the CA, or several, that issues the certificates of nodes and clients
 * @param oldest the oldest version of TLS that is allowed
 * @param isClientVerified true to demand a certificate from every caller, false to accept callers without one
 * @param ownNames the names and addresses in the certificate, if the server makes the files itself with {@link
 *     OwnCertificates}; empty if the files are the operator's
 */
public record ServerTls(
        Path certificate,
        Path key,
        Path authority,
        Version oldest,
        boolean isClientVerified,
        Optional<List<String>> ownNames) {

    /** Makes the names immutable. */
    public ServerTls {
        ownNames = ownNames.map(List::copyOf);
    }

    /**
     * Uses files of the operator.
     *
     * @param certificate the file of the server's certificate
     * @param key the file of its private key
     * @param authority the file of the CA
     * @param oldest the oldest version of TLS that is allowed
     * @param isClientVerified true to demand a certificate from every caller
     */
    public ServerTls(Path certificate, Path key, Path authority, Version oldest, boolean isClientVerified) {
        this(certificate, key, authority, oldest, isClientVerified, Optional.empty());
    }

    /**
     * Uses files that the server makes.
     *
     * @param directory the directory of the files
     * @param names the names and addresses by which the server is called
     * @param oldest the oldest version of TLS that is allowed
     * @param isClientVerified true to demand a certificate from every caller
     * @return the settings
     */
    public static ServerTls own(Path directory, List<String> names, Version oldest, boolean isClientVerified) {
        return new ServerTls(
                directory.resolve(OwnCertificates.CERTIFICATE),
                directory.resolve(OwnCertificates.KEY),
                directory.resolve(OwnCertificates.AUTHORITY),
                oldest,
                isClientVerified,
                Optional.of(names));
    }

    /** A version of TLS. */
    public enum Version {
        /** TLS 1.2. */
        TLS_1_2,
        /** TLS 1.3. */
        TLS_1_3
    }
}
