package dev.gantry.tls;

import dev.gantry.files.DurableFile;
import dev.gantry.model.IpLiteral;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The CA that a server makes for its cluster, and the server's certificate of that CA, in a directory of their own. The
 * CA is made once and never again. The certificate is renewed in time. Only the process that has the database open may
 * use the directory.
 */
public final class OwnCertificates {

    /** The file of the CA's certificate. */
    static final String AUTHORITY = "ca.crt";

    /** The file of the server's certificate. */
    static final String CERTIFICATE = "server.crt";

    /** The file of the server's private key. */
    static final String KEY = "server.key";

    private static final Logger LOG = LoggerFactory.getLogger(OwnCertificates.class);

    private static final String AUTHORITY_KEY = "ca.key";
    private static final Duration AUTHORITY_VALIDITY = Duration.ofDays(3650);
    private static final Duration VALIDITY = Duration.ofDays(90);
    private static final Duration NODE_VALIDITY = Duration.ofDays(30);

    private final Path directory;
    private final CertificateAuthority.Subject subject;
    private final CertificateAuthority authority;
    private final InstantSource clock;

    private OwnCertificates(
            Path directory, CertificateAuthority.Subject subject, CertificateAuthority authority, InstantSource clock) {
        this.directory = directory;
        this.subject = subject;
        this.authority = authority;
        this.clock = clock;
    }

    /**
     * Opens the directory. Makes the CA if there is no directory yet, and a certificate if there is none that can be used.
     *
     * @param directory the directory, whose parent exists
     * @param names the DNS names and IP addresses by which the server is called
     * @param clock the wall clock
     * @param random makes keys and serial numbers
     * @return the certificates
     * @throws TlsException if the files can't be read or written. A CA that is damaged is never replaced, since the
     *     certificates of all nodes are of it
     */
    public static OwnCertificates open(
            Path directory, Collection<String> names, InstantSource clock, SecureRandom random) {
        if (!Files.exists(directory)) {
            makeAuthority(directory, clock, random);
        }
        CertificateAuthority authority = CertificateAuthority.load(
                directory.resolve(AUTHORITY), directory.resolve(AUTHORITY_KEY), clock, random);
        CertificateAuthority.Subject subject = new CertificateAuthority.Subject(
                new CertificateRole.Server(),
                names.stream()
                        .filter(name -> !IpLiteral.isValid(name))
                        .distinct()
                        .toList(),
                names.stream().filter(IpLiteral::isValid).distinct().toList());
        OwnCertificates own = new OwnCertificates(directory, subject, authority, clock);
        own.tellIfUnusable();
        own.renew();
        return own;
    }

    /**
     * Issues a new certificate if two thirds of the validity of the present one have passed, if it is for other names, or
     * if it can't be used. The CA's certificate stands after it in the file: a node that knows no more than the CA's pin
     * gets it when it connects.
     *
     * @throws TlsException if the files can't be written
     */
    public void renew() {
        if (isGood()) {
            return;
        }
        CertificateAuthority.Identity made = authority.issue(subject, atMost(VALIDITY));
        List<X509Certificate> shown =
                Stream.concat(made.chain().stream(), Stream.of(authority())).toList();
        // A crash between the two leaves files of different pairs, which are replaced at the next start.
        PemFiles.replace(directory.resolve(KEY), made.key());
        PemFiles.replace(directory.resolve(CERTIFICATE), shown);
        LOG.info(
                "Made the server's certificate {}, valid until {}",
                directory.resolve(CERTIFICATE),
                made.certificate().getNotAfter().toInstant());
    }

    /**
     * Returns the certificate of the CA.
     *
     * @return the certificate
     */
    public X509Certificate authority() {
        return authority.identity().certificate();
    }

    /**
     * Issues the certificate of a node, valid for 30 days.
     *
     * @param name the node's name
     * @param key the node's public key
     * @return the certificate, then those of the authorities below the root
     */
    public List<X509Certificate> issueForNode(String name, PublicKey key) {
        return authority.issue(
                new CertificateAuthority.Subject(new CertificateRole.Node(name)), key, atMost(NODE_VALIDITY));
    }

    /** Returns a validity, or what is left of the CA's own if that is less. */
    private Duration atMost(Duration validity) {
        Duration left =
                Duration.between(clock.instant(), authority().getNotAfter().toInstant());
        return left.compareTo(validity) < 0 ? left : validity;
    }

    /** A clock that was wrong at the first start leaves a CA that is not valid once it is set right. */
    private void tellIfUnusable() {
        Instant begin = authority().getNotBefore().toInstant();
        Instant end = authority().getNotAfter().toInstant();
        if (clock.instant().isBefore(begin) || !clock.instant().isBefore(end)) {
            LOG.error(
                    "The cluster's CA {} is valid from {} to {}, and not at present ({}): callers may refuse all"
                            + " certificates of it. Set the clock of this machine right; if it was wrong when the CA was"
                            + " made, move {} away, and the next start makes a new CA",
                    directory.resolve(AUTHORITY),
                    begin,
                    end,
                    clock.instant(),
                    directory);
        }
    }

    private boolean isGood() {
        Path file = directory.resolve(CERTIFICATE);
        if (!Files.exists(file)) {
            return false;
        }
        try {
            List<X509Certificate> shown = PemFiles.readCertificates(file);
            X509Certificate present = shown.get(0);
            KeyMatch.check(present, file, PemFiles.readKey(directory.resolve(KEY)), directory.resolve(KEY));
            Instant now = clock.instant();
            // It begins in the future if the clock was ahead when it was made.
            return !now.isBefore(present.getNotBefore().toInstant())
                    && now.isBefore(CertificateAuthority.renewal(present))
                    && shown.contains(authority())
                    && isIssued(present)
                    && names(present).equals(names(subject));
        } catch (TlsException e) {
            LOG.warn("The server's own certificate is made again: {}", e.getMessage());
            return false;
        }
    }

    private boolean isIssued(X509Certificate present) {
        try {
            present.verify(authority().getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            throw new TlsException("%s is not of the CA beside it".formatted(directory.resolve(CERTIFICATE)), e);
        }
    }

    private static Set<String> names(CertificateAuthority.Subject subject) {
        Set<String> names = new TreeSet<>(subject.dnsNames());
        names.add(subject.role().uri());
        try {
            for (String address : subject.addresses()) {
                // As Java writes the addresses of certificates.
                names.add(InetAddress.getByName(address).getHostAddress());
            }
        } catch (UnknownHostException e) {
            throw new IllegalStateException("An address needs no resolution", e);
        }
        return names;
    }

    private static Set<String> names(X509Certificate certificate) {
        try {
            Set<String> names = new TreeSet<>();
            Collection<List<?>> found = certificate.getSubjectAlternativeNames();
            if (found != null) {
                found.forEach(name -> names.add(name.get(1).toString()));
            }
            return names;
        } catch (CertificateParsingException e) {
            throw new TlsException("The names of a certificate can't be read: " + e.getMessage(), e);
        }
    }

    /** Makes the directory under another name first: it has either the whole CA in it or does not exist. */
    private static void makeAuthority(Path directory, InstantSource clock, SecureRandom random) {
        Path unfinished = directory.resolveSibling(directory.getFileName() + ".new");
        try {
            for (String file : List.of(AUTHORITY_KEY, AUTHORITY)) {
                Files.deleteIfExists(unfinished.resolve(file));
            }
            Files.deleteIfExists(unfinished);
            Files.createDirectory(unfinished, DurableFile.OWNER_ONLY_DIRECTORY);
            CertificateAuthority.Identity made = CertificateAuthority.create(
                            "Gantry CA", AUTHORITY_VALIDITY, clock, random)
                    .identity();
            PemFiles.writeNew(unfinished.resolve(AUTHORITY_KEY), made.key());
            PemFiles.writeNew(unfinished.resolve(AUTHORITY), made.chain());
            DurableFile.sync(unfinished);
            Files.move(unfinished, directory, StandardCopyOption.ATOMIC_MOVE);
            DurableFile.sync(directory.toAbsolutePath().getParent());
            LOG.info("Made the cluster's CA in {}", directory);
        } catch (IOException e) {
            throw new TlsException("The cluster's CA can't be made in %s: %s".formatted(directory, e), e);
        }
    }
}
