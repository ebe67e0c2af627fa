package dev.gantry.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Issues the certificates of a cluster. Bouncy Castle writes the certificates, since Java itself can only read them.
 *
 * <p>All keys are of ECDSA with the curve P-256, which every TLS library knows. Thread-safe.
 */
public final class CertificateAuthority {

    /** Clocks differ: a certificate is valid from this long before it was made. */
    private static final Duration CLOCK_DIFFERENCE = Duration.ofMinutes(5);

    /** X.520's limit of a common name. */
    private static final int LONGEST_COMMON_NAME = 64;

    /** One bit less than RFC 5280's 20 octets, so that the number is positive. */
    private static final int SERIAL_BITS = 159;

    private final Identity identity;
    private final InstantSource clock;
    private final SecureRandom random;

    private CertificateAuthority(Identity identity, InstantSource clock, SecureRandom random) {
        this.identity = identity;
        this.clock = clock;
        this.random = random;
    }

    /**
     * A certificate with its private key.
     *
     * @param chain the certificate, then those of the authorities that issued it
     * @param key its private key
     */
    public record Identity(List<X509Certificate> chain, PrivateKey key) {

        /** Makes the chain immutable. */
        public Identity {
            chain = List.copyOf(chain);
        }

        /**
         * Returns the holder's own certificate.
         *
         * @return the certificate
         */
        public X509Certificate certificate() {
            return chain.get(0);
        }
    }

    /**
     * The holder of a certificate to be issued.
     *
     * @param role its role
     * @param dnsNames the DNS names by which it is called; only servers have any
     * @param addresses the IP addresses by which it is called; only servers have any
     */
    public record Subject(CertificateRole role, List<String> dnsNames, List<String> addresses) {

        /** Makes the lists immutable. */
        public Subject {
            dnsNames = List.copyOf(dnsNames);
            addresses = List.copyOf(addresses);
        }

        /**
         * Makes the holder of a certificate that nobody calls: a node or a client.
         *
         * @param role its role
         */
        public Subject(CertificateRole role) {
            this(role, List.of(), List.of());
        }
    }

    /**
     * Returns the time from which a certificate is to be replaced by a new one: after two thirds of its validity.
     *
     * @param certificate the certificate
     * @return the time
     */
    public static Instant renewal(X509Certificate certificate) {
        Instant begin = certificate.getNotBefore().toInstant();
        Duration validity = Duration.between(begin, certificate.getNotAfter().toInstant());
        return begin.plus(validity.multipliedBy(2).dividedBy(3));
    }

    /**
     * Makes a new authority with a certificate that it signs itself.
     *
     * @param name its common name
     * @param validity how long its certificate is valid
     * @param clock the wall clock
     * @param random makes keys and serial numbers
     * @return the authority
     */
    public static CertificateAuthority create(
            String name, Duration validity, InstantSource clock, SecureRandom random) {
        KeyPair keys = CertificateRequest.newKeys(random);
        X500Name subject = name(name);
        Instant now = clock.instant();
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                subject, serial(random), from(now), until(now.plus(validity)), subject, keys.getPublic());
        try {
            JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
            // It issues certificates of servers, nodes and clients, and no other authority's.
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(keys.getPublic()));
        } catch (GeneralSecurityException | IOException e) {
            throw unmakeable(e);
        }
        return new CertificateAuthority(
                new Identity(List.of(sign(builder, keys.getPrivate(), random)), keys.getPrivate()), clock, random);
    }

    /**
     * Reads an authority from its files.
     *
     * @param certificateFile its certificate in PEM, then those of the authorities above it, if there are any
     * @param keyFile its private key in PEM
     * @param clock the wall clock
     * @param random makes keys and serial numbers
     * @return the authority
     * @throws TlsException if a file can't be used, or the certificate is not that of an authority
     */
    public static CertificateAuthority load(
            Path certificateFile, Path keyFile, InstantSource clock, SecureRandom random) {
        Identity identity = new Identity(PemFiles.readCertificates(certificateFile), PemFiles.readKey(keyFile));
        KeyMatch.check(identity.certificate(), certificateFile, identity.key(), keyFile);
        if (identity.certificate().getBasicConstraints() < 0) {
            throw new TlsException(
                    "%s is not the certificate of a CA: make one with gantry tls ca create".formatted(certificateFile));
        }
        return new CertificateAuthority(identity, clock, random);
    }

    /**
     * Returns the authority's certificate and key.
     *
     * @return the certificate and the key
     */
    public Identity identity() {
        return identity;
    }

    /**
     * Makes a key and issues a certificate for it.
     *
     * @param subject the holder
     * @param validity how long the certificate is valid
     * @return the certificate and its key
     * @throws TlsException if the certificate would be valid longer than the authority's own
     */
    public Identity issue(Subject subject, Duration validity) {
        KeyPair keys = CertificateRequest.newKeys(random);
        return new Identity(issue(subject, keys.getPublic(), validity), keys.getPrivate());
    }

    /**
     * Issues a certificate for a key that the holder has made.
     *
     * @param subject the holder
     * @param key the holder's public key
     * @param validity how long the certificate is valid
     * @return the certificate, then those of the authorities below the root
     * @throws TlsException if the certificate would be valid longer than the authority's own
     */
    public List<X509Certificate> issue(Subject subject, PublicKey key, Duration validity) {
        X509Certificate issuer = identity.certificate();
        Instant now = clock.instant();
        Instant end = now.plus(validity);
        if (end.isAfter(issuer.getNotAfter().toInstant())) {
            throw new TlsException(
                    "The certificate would be valid until %s, longer than its CA's, which ends at %s: choose fewer days"
                            .formatted(end, issuer.getNotAfter().toInstant()));
        }
        try {
            X500Name issuerName = new JcaX509CertificateHolder(issuer).getSubject();
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuerName, serial(random), from(now), until(end), name(commonName(subject.role())), key);
            addExtensions(builder, subject, key, issuer);
            List<X509Certificate> chain = new ArrayList<>(List.of(sign(builder, identity.key(), random)));
            // Who verifies a chain has the root already.
            identity.chain().stream()
                    .filter(above -> !above.getIssuerX500Principal().equals(above.getSubjectX500Principal()))
                    .forEach(chain::add);
            return List.copyOf(chain);
        } catch (GeneralSecurityException | IOException e) {
            throw unmakeable(e);
        }
    }

    private static void addExtensions(
            X509v3CertificateBuilder builder, Subject subject, PublicKey key, X509Certificate issuer)
            throws GeneralSecurityException, IOException {
        JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        // A node or a client can't pose as a server: TLS libraries refuse a certificate that is only for clients.
        KeyPurposeId[] purposes = subject.role() instanceof CertificateRole.Server
                ? new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}
                : new KeyPurposeId[] {KeyPurposeId.id_kp_clientAuth};
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
        builder.addExtension(Extension.subjectAlternativeName, false, names(subject));
        builder.addExtension(Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(key));
        builder.addExtension(Extension.authorityKeyIdentifier, false, ids.createAuthorityKeyIdentifier(issuer));
    }

    private static GeneralNames names(Subject subject) {
        List<GeneralName> names = new ArrayList<>();
        names.add(new GeneralName(
                GeneralName.uniformResourceIdentifier, subject.role().uri()));
        subject.dnsNames().forEach(name -> names.add(new GeneralName(GeneralName.dNSName, name)));
        subject.addresses().forEach(address -> names.add(new GeneralName(GeneralName.iPAddress, address)));
        return new GeneralNames(names.toArray(GeneralName[]::new));
    }

    private static String commonName(CertificateRole role) {
        return role instanceof CertificateRole.Node node ? "node " + node.name() : role.toString();
    }

    private static X500Name name(String commonName) {
        String cut = commonName.substring(0, Math.min(commonName.length(), LONGEST_COMMON_NAME));
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.O, "Gantry")
                .addRDN(BCStyle.CN, cut)
                .build();
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key, SecureRandom random) {
        try {
            String algorithm = key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm)
                            .setSecureRandom(random)
                            .build(key)));
        } catch (OperatorCreationException | GeneralSecurityException e) {
            throw unmakeable(e);
        }
    }

    private static BigInteger serial(SecureRandom random) {
        return new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE);
    }

    private static Date from(Instant now) {
        return Date.from(now.minus(CLOCK_DIFFERENCE));
    }

    private static Date until(Instant end) {
        return Date.from(end);
    }

    private static TlsException unmakeable(Exception cause) {
        return new TlsException("A certificate can't be made: " + cause.getMessage(), cause);
    }
}
