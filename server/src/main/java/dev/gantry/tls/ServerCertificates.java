package dev.gantry.tls;

import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate that a server shows and the authorities that it trusts, as its files have them now. {@link #reload}
 * reads the files again; connections that begin later use what it has read. grpc-util's managers can watch files
 * themselves, but would take a certificate without its new key while a renewal is under way.
 */
public final class ServerCertificates {

    private static final Logger LOG = LoggerFactory.getLogger(ServerCertificates.class);

    /** RFC 5280's purpose of a certificate that proves who a server is. */
    private static final String SERVER_PURPOSE = "1.3.6.1.5.5.7.3.1";

    private static final String ANY_PURPOSE = "2.5.29.37.0";

    private record Content(List<X509Certificate> chain, PrivateKey key, List<X509Certificate> authorities) {}

    private final ServerTls files;
    private final InstantSource clock;
    private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
    private final AdvancedTlsX509TrustManager trust;
    private Content content;
    private String lastFault = "";

    private ServerCertificates(ServerTls files, InstantSource clock) {
        this.files = files;
        this.clock = clock;
        try {
            this.trust = AdvancedTlsX509TrustManager.newBuilder().build();
        } catch (GeneralSecurityException e) {
            throw new TlsException("Java has no way to verify certificates: " + e.getMessage(), e);
        }
    }

    /**
     * Reads the files of a server.
     *
     * @param files the files
     * @param clock the wall clock
     * @return the certificates
     * @throws TlsException if a file can't be used; the message names the file, the fault and the remedy
     */
    public static ServerCertificates load(ServerTls files, InstantSource clock) {
        ServerCertificates certificates = new ServerCertificates(files, clock);
        certificates.use(certificates.read());
        return certificates;
    }

    /**
     * Reads the files again. Keeps the certificates of before if one of the files can't be used, and logs each fault
     * once.
     */
    public synchronized void reload() {
        try {
            Content found = read();
            if (!found.equals(content)) {
                use(found);
                LOG.info(
                        "Read the files of TLS again; the server's certificate is valid until {}",
                        found.chain().get(0).getNotAfter().toInstant());
            }
            lastFault = "";
        } catch (TlsException e) {
            if (!e.getMessage().equals(lastFault)) {
                lastFault = e.getMessage();
                LOG.error(
                        "The files of TLS have changed and can't be used, so the earlier ones stay in use: {}",
                        lastFault);
            }
        }
    }

    /**
     * Returns what gives connections the server's key.
     *
     * @return the same object each time
     */
    public X509ExtendedKeyManager keys() {
        return keys;
    }

    /**
     * Returns what verifies the certificates of callers.
     *
     * @return the same object each time
     */
    public X509ExtendedTrustManager trust() {
        return trust;
    }

    private Content read() {
        List<X509Certificate> chain = PemFiles.readCertificates(files.certificate());
        PrivateKey key = PemFiles.readKey(files.key());
        List<X509Certificate> authorities = PemFiles.readCertificates(files.authority());
        X509Certificate certificate = chain.get(0);
        KeyMatch.check(certificate, files.certificate(), key, files.key());
        checkTime(certificate);
        checkPurpose(certificate);
        for (X509Certificate authority : authorities) {
            if (authority.getBasicConstraints() < 0) {
                throw new TlsException(
                        "%s has a certificate that is not that of a CA (%s): give the CA that issues nodes' certificates"
                                .formatted(
                                        files.authority(),
                                        authority.getSubjectX500Principal().getName()));
            }
        }
        return new Content(chain, key, authorities);
    }

    private void use(Content found) {
        try {
            keys.updateIdentityCredentials(found.chain().toArray(X509Certificate[]::new), found.key());
            trust.updateTrustCredentials(found.authorities().toArray(X509Certificate[]::new));
            content = found;
        } catch (GeneralSecurityException | IOException e) {
            throw new TlsException("%s can't be used: %s".formatted(files.authority(), e.getMessage()), e);
        }
    }

    private void checkTime(X509Certificate certificate) {
        Instant now = clock.instant();
        Instant begin = certificate.getNotBefore().toInstant();
        Instant end = certificate.getNotAfter().toInstant();
        if (now.isAfter(end)) {
            throw new TlsException(
                    "The certificate %s has expired at %s: renew it, with gantry tls cert create --server"
                            .formatted(files.certificate(), end));
        }
        if (now.isBefore(begin)) {
            throw new TlsException("The certificate %s is valid from %s only, and it is %s: check this machine's clock"
                    .formatted(files.certificate(), begin, now));
        }
    }

    private void checkPurpose(X509Certificate certificate) {
        Optional<CertificateRole> role = CertificateRole.of(certificate);
        if (role.isPresent() && !(role.get() instanceof CertificateRole.Server)) {
            throw notOfServer("it is that of the " + role.get());
        }
        try {
            List<String> purposes = certificate.getExtendedKeyUsage();
            if (purposes != null && !purposes.contains(SERVER_PURPOSE) && !purposes.contains(ANY_PURPOSE)) {
                throw notOfServer("its extended key usage has no serverAuth");
            }
            if (certificate.getSubjectAlternativeNames() == null) {
                throw notOfServer("it has no subject alternative names, and clients look for the server's name there");
            }
        } catch (CertificateParsingException e) {
            throw new TlsException(
                    "The certificate %s can't be read: %s".formatted(files.certificate(), e.getMessage()), e);
        }
    }

    private TlsException notOfServer(String why) {
        return new TlsException(
                "%s is not the certificate of a server (%s): make one with gantry tls cert create --server"
                        .formatted(files.certificate(), why));
    }
}
