package dev.gantry.tls;

import java.nio.file.Path;

/**
 * How a server uses TLS.
 *
 * @param certificate the file of the server's certificate in PEM, then those of the authorities below the root
 * @param key the file of its private key in PEM, in PKCS #8
 * @param authority the file of the CA, or several, that issues the certificates of nodes and clients
 * @param oldest the oldest version of TLS that is allowed
 * @param isClientVerified true to demand a certificate from every caller, false to accept callers without one
 */
public record ServerTls(Path certificate, Path key, Path authority, Version oldest, boolean isClientVerified) {

    /** A version of TLS. */
    public enum Version {
        /** TLS 1.2. */
        TLS_1_2,
        /** TLS 1.3. */
        TLS_1_3
    }
}
