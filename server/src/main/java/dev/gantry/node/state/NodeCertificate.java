package dev.gantry.node.state;

import dev.gantry.tls.CertificateAuthority;
import dev.gantry.tls.CertificateRole;
import dev.gantry.tls.KeyMatch;
import dev.gantry.tls.PemFiles;
import dev.gantry.tls.TlsException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The certificate that a server has issued to the node, with its private key and with the CA by which the node
 * recognizes the server. One file has all of them, so that they always belong together.
 *
 * @param key the private key
 * @param chain the certificate, then those of the authorities below the CA
 * @param authority the certificate of the CA
 */
public record NodeCertificate(PrivateKey key, List<X509Certificate> chain, X509Certificate authority) {

    private static final int WITH_AUTHORITY = 2;

    /** Makes the chain immutable. */
    public NodeCertificate {
        chain = List.copyOf(chain);
    }

    /**
     * Reads the file.
     *
     * @param file the file, in PEM: the key, the chain, and last the CA
     * @return the certificate; empty if the node has none yet
     * @throws NodeStateException if the file can't be read, is damaged, or every user may read it. The node would not know
     *     its server any more
     */
    public static Optional<NodeCertificate> load(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            CertificateAuthority.Identity read = PemFiles.readIdentity(file);
            List<X509Certificate> all = read.chain();
            if (all.size() < WITH_AUTHORITY) {
                throw new TlsException("%s has no certificate of a CA".formatted(file));
            }
            KeyMatch.check(read.certificate(), file, read.key(), file);
            return Optional.of(
                    new NodeCertificate(read.key(), all.subList(0, all.size() - 1), all.get(all.size() - 1)));
        } catch (TlsException e) {
            throw new NodeStateException(
                    "The node's certificate can't be used: %s. Restore the file, or delete it: then the node needs a join"
                                    .formatted(e.getMessage())
                            + " token that names the server's CA, or --ca-file",
                    e);
        }
    }

    /**
     * Writes the file atomically, with mode 0600.
     *
     * @param file the file
     * @throws NodeStateException if it can't be written
     */
    public void save(Path file) {
        String text = PemFiles.encode(key) + PemFiles.encode(chain) + PemFiles.encode(List.of(authority));
        StateFile.write(file, text.getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Decides whether the certificate belongs to a node.
     *
     * @param name the name of a node
     * @return true if the certificate is for the node with this name
     */
    public boolean isOf(String name) {
        return CertificateRole.of(chain.get(0)).equals(Optional.of(new CertificateRole.Node(name)));
    }

    /**
     * Returns the time at which the certificate is due for renewal: after two thirds of its validity.
     *
     * @return the time
     */
    public Instant renewal() {
        return CertificateAuthority.renewal(chain.get(0));
    }

    /**
     * Returns the end of the certificate's validity.
     *
     * @return the time
     */
    public Instant end() {
        return chain.get(0).getNotAfter().toInstant();
    }

    /** Leaves out the key. */
    @Override
    public String toString() {
        return "NodeCertificate[" + chain.get(0).getSubjectX500Principal() + ", until " + end() + "]";
    }
}
