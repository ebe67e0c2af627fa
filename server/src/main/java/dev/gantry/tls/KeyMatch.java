package dev.gantry.tls;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;

/** Decides whether a private key belongs to a certificate. */
public final class KeyMatch {

    private static final byte[] ANYTHING = "gantry".getBytes(StandardCharsets.US_ASCII);

    private KeyMatch() {}

    /**
     * Signs with the key and verifies with the certificate.
     *
     * @param certificate the certificate
     * @param certificateFile its file
     * @param key the private key
     * @param keyFile its file
     * @throws TlsException if the key belongs to another certificate
     */
    public static void check(X509Certificate certificate, Path certificateFile, PrivateKey key, Path keyFile) {
        if (!matches(certificate, key)) {
            throw new TlsException(
                    "The private key %s does not belong to the certificate %s: give the files of one pair"
                            .formatted(keyFile, certificateFile));
        }
    }

    private static boolean matches(X509Certificate certificate, PrivateKey key) {
        if (!key.getAlgorithm().equals(certificate.getPublicKey().getAlgorithm())) {
            return false;
        }
        try {
            Signature signature =
                    Signature.getInstance(key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
            signature.initSign(key);
            signature.update(ANYTHING);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(ANYTHING);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            throw new TlsException("The key of a certificate can't be used: " + e.getMessage(), e);
        }
    }
}
