package dev.gantry.tls;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/**
 * The SHA-256 of a CA's certificate. Who has got it in a safe way, such as with a join token, recognizes the CA although
 * it has never seen it.
 *
 * @param sha256 64 hexadecimal digits in lower case
 */
public record AuthorityPin(String sha256) {

    /**
     * Computes the pin of a CA.
     *
     * @param authority its certificate
     * @return the pin
     */
    public static AuthorityPin of(X509Certificate authority) {
        try {
            return new AuthorityPin(HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(authority.getEncoded())));
        } catch (GeneralSecurityException e) {
            throw new TlsException("The certificate of a CA can't be read: " + e.getMessage(), e);
        }
    }

    /**
     * Compares the pin with a certificate.
     *
     * @param certificate any certificate
     * @return true if the pin is that of the certificate
     */
    public boolean matches(X509Certificate certificate) {
        return equals(of(certificate));
    }

    @Override
    public String toString() {
        return sha256;
    }
}
