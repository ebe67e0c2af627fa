package dev.gantry.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Makes and reads requests for certificates (PKCS #10). They carry a public key and prove that its holder has the other half. */
public final class CertificateRequest {

    /** The most bytes of a request. */
    public static final int LARGEST = 4096;

    /** ECDSA with the curve P-256, which every TLS library knows. */
    private static final AlgorithmIdentifier P256 =
            new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp256r1);

    private static final String SIGNATURE = "SHA256withECDSA";

    private CertificateRequest() {}

    /**
     * Makes a key of ECDSA with the curve P-256.
     *
     * @param random makes the key
     * @return the key
     */
    public static KeyPair newKeys(SecureRandom random) {
        try {
            KeyPairGenerator maker = KeyPairGenerator.getInstance("EC");
            maker.initialize(new ECGenParameterSpec("secp256r1"), random);
            return maker.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new TlsException("Java can't make a key on this machine: " + e.getMessage(), e);
        }
    }

    /**
     * Makes a request.
     *
     * @param keys the key, from {@link #newKeys}
     * @return the request in DER
     */
    public static byte[] make(KeyPair keys) {
        try {
            // The server decides on the names: the request has none.
            return new JcaPKCS10CertificationRequestBuilder(new X500Name(""), keys.getPublic())
                    .build(new JcaContentSignerBuilder(SIGNATURE).build(keys.getPrivate()))
                    .getEncoded();
        } catch (OperatorCreationException | IOException e) {
            throw new TlsException("A request for a certificate can't be made: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a request.
     *
     * @param request the request in DER, from anyone
     * @return its public key; whoever made the request has the private one
     * @throws TlsException if it is longer than {@link #LARGEST}, is no such request, has another kind of key or a wrong
     *     signature
     */
    public static PublicKey read(byte[] request) {
        if (request.length > LARGEST) {
            throw new TlsException("has %d bytes, and may have %d".formatted(request.length, LARGEST));
        }
        try {
            JcaPKCS10CertificationRequest read = new JcaPKCS10CertificationRequest(request);
            if (!read.getSubjectPublicKeyInfo().getAlgorithm().equals(P256)) {
                throw new TlsException("has a key that is not of ECDSA with the curve P-256");
            }
            PublicKey key = read.getPublicKey();
            if (!read.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new TlsException("is not signed with the private key of its public key");
            }
            return key;
        } catch (TlsException e) {
            throw e;
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException
                | RuntimeException e) {
            // Bouncy Castle's parsers throw almost anything at input that is not ASN.1.
            throw new TlsException("is no PKCS #10 request in DER", e);
        }
    }
}
