package dev.gantry.node.certificate;

import dev.gantry.model.JoinToken;
import dev.gantry.model.Loopback;
import dev.gantry.node.session.NotConnectingException;
import dev.gantry.node.session.SessionCredentials;
import dev.gantry.node.session.SessionTransport;
import dev.gantry.node.state.NodeCertificate;
import dev.gantry.tls.AuthorityPin;
import dev.gantry.tls.PemFiles;
import dev.gantry.tls.ServerTrust;
import dev.gantry.tls.TlsException;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import java.net.ConnectException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects the node with its certificate from the server's CA. A node without a certificate requests one. The node
 * recognizes its server by the first of these that it has: the given CA, the pin of the join token, the CA of its
 * certificate. Without any of them it connects in plain text, only on this machine, and only to servers of users whom
 * it trusts.
 */
public final class NodeTransport implements SessionTransport {

    private static final Logger LOG = LoggerFactory.getLogger(NodeTransport.class);

    /** The option by which the node's user chooses how to recognize servers. */
    public sealed interface Given {

        /** No option is set. */
        record Nothing() implements Given {}

        /** The CAs that Java trusts. */
        record OfJava() implements Given {}

        /**
         * The CAs of a file.
         *
         * @param file the file, read for each connection
         */
        record OfFile(Path file) implements Given {}
    }

    private final String nodeName;
    private final SessionCredentials credentials;
    private final Given given;
    private final Path file;
    private final CertificateClient client;
    private final Function<String, Optional<String>> strangers;
    private final Executor disk;
    private final InstantSource clock;

    private volatile Optional<NodeCertificate> present;

    /**
     * True if the server may refuse the present certificate, for instance because it has expired by the server's clock.
     */
    private volatile boolean isDoubtful;

    /**
     * Reads the node's certificate, if it has one.
     *
     * @param nodeName the node's name
     * @param credentials the node's id and secrets
     * @param given the user's option
     * @param file the file of the certificate
     * @param random makes keys
     * @param strangers returns the user who listens at the {@code HOST:PORT} of a server on this machine, if it is none
     *     whom the node trusts
     * @param disk one thread, which writes the file
     * @param clock the wall clock
     * @throws dev.gantry.node.state.NodeStateException if the file can't be used
     * @throws TlsException if the file of the given CAs can't be used
     */
    public NodeTransport(
            String nodeName,
            SessionCredentials credentials,
            Given given,
            Path file,
            SecureRandom random,
            Function<String, Optional<String>> strangers,
            Executor disk,
            InstantSource clock) {
        this.nodeName = nodeName;
        this.credentials = credentials;
        this.given = given;
        this.file = file;
        this.client = new CertificateClient(nodeName, random);
        this.strangers = strangers;
        this.disk = disk;
        this.clock = clock;
        this.present = NodeCertificate.load(file);
        if (given instanceof Given.OfFile ca) {
            var unused = PemFiles.readCertificates(ca.file());
        }
    }

    @Override
    public CompletableFuture<Prepared> prepare(String server) {
        Optional<JoinToken> token = credentials.joinToken(server);
        Optional<ServerTrust> trust = trust(token);
        if (trust.isEmpty()) {
            requireOwnServer(server);
            return CompletableFuture.completedFuture(
                    new Prepared(InsecureChannelCredentials.create(), credentials.headers(token)));
        }
        return certificate(server, trust.get(), token)
                .thenApply(certificate ->
                        new Prepared(channel(trust.get(), Optional.of(certificate)), credentials.headers(token)));
    }

    @Override
    public void failed(Status why) {
        // A server that does not listen has not refused the certificate.
        boolean isReached = Stream.iterate(why.getCause(), cause -> cause != null, Throwable::getCause)
                .noneMatch(ConnectException.class::isInstance);
        if (why.getCode() == Status.Code.UNAVAILABLE && isReached) {
            isDoubtful = true;
        }
    }

    /**
     * Requests a new certificate if the present one is due for renewal. Open sessions continue.
     *
     * @param server the server to ask, as {@code HOST:PORT}
     * @return completed with true once the file is written, with false if there is nothing to renew; fails as {@link
     *     #prepare}
     */
    CompletableFuture<Boolean> renewIfDue(String server) {
        Optional<NodeCertificate> due =
                present.filter(certificate -> !clock.instant().isBefore(certificate.renewal()));
        if (due.isEmpty()) {
            return CompletableFuture.completedFuture(false);
        }
        Optional<JoinToken> token = credentials.joinToken(server);
        ServerTrust trust = trust(token).orElseThrow();
        return request(server, trust, token, usable(trust)).thenApply(renewed -> true);
    }

    private Optional<ServerTrust> trust(Optional<JoinToken> token) {
        if (given instanceof Given.OfFile ca) {
            return Optional.of(new ServerTrust.OfAuthorities(PemFiles.readCertificates(ca.file())));
        }
        return token.flatMap(JoinToken::pin)
                .<ServerTrust>map(pin -> new ServerTrust.OfPin(new AuthorityPin(pin)))
                .or(() -> present.map(known -> new ServerTrust.OfAuthorities(List.of(known.authority()))))
                .or(() -> given instanceof Given.OfJava ? Optional.of(new ServerTrust.OfJava()) : Optional.empty());
    }

    private CompletableFuture<NodeCertificate> certificate(
            String server, ServerTrust trust, Optional<JoinToken> token) {
        Optional<NodeCertificate> usable = usable(trust);
        if (usable.isPresent() && !isDoubtful) {
            return CompletableFuture.completedFuture(usable.get());
        }
        CompletableFuture<NodeCertificate> asked = request(server, trust, token, Optional.empty());
        return usable.isEmpty()
                ? asked
                : asked.exceptionally(failure -> {
                    LOG.debug("No new certificate from server {}; the present one is tried", server, failure);
                    return usable.get();
                });
    }

    /** Returns the present certificate if servers that are trusted should accept it. */
    private Optional<NodeCertificate> usable(ServerTrust trust) {
        return present.filter(certificate -> certificate.isOf(nodeName)
                && trust.covers(certificate.authority())
                && clock.instant().isBefore(certificate.end()));
    }

    /**
     * Requests a certificate and stores it.
     *
     * @param shown the certificate to ask with, for servers that demand one from every caller
     */
    private CompletableFuture<NodeCertificate> request(
            String server, ServerTrust trust, Optional<JoinToken> token, Optional<NodeCertificate> shown) {
        return client.request(server, channel(trust, shown), credentials.headers(token))
                .thenApplyAsync(
                        issued -> {
                            if (!trust.covers(issued.authority())) {
                                throw new TlsException(
                                        "the server has issued a certificate of a CA that the node does not trust");
                            }
                            issued.save(file);
                            present = Optional.of(issued);
                            isDoubtful = false;
                            LOG.info(
                                    "Server {} has issued the node's certificate {}, valid until {}",
                                    server,
                                    file,
                                    issued.end());
                            return issued;
                        },
                        disk);
    }

    private static ChannelCredentials channel(ServerTrust trust, Optional<NodeCertificate> shown) {
        TlsChannelCredentials.Builder connection = TlsChannelCredentials.newBuilder();
        trust.addTo(connection);
        shown.ifPresent(certificate -> {
            AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
            keys.updateIdentityCredentials(certificate.chain().toArray(X509Certificate[]::new), certificate.key());
            connection.keyManager(keys);
        });
        return connection.build();
    }

    /**
     * Refuses servers on other machines and servers of strangers: whoever reads the node's secret can act as the node
     * from then on.
     */
    private void requireOwnServer(String server) {
        if (!Loopback.isAddress(server)) {
            throw new NotConnectingException(
                    "the node does not send its secret in plain text beyond this machine. Start the server with --tls, and"
                            + " the node with --join-token-file FILE, a copy of the server's"
                            + " DATA_DIR/server/join.token; or, if the server has certificates of your own (--tls-cert), which"
                            + " its join tokens do not name, with --ca-file FILE, a copy of its --tls-ca");
        }
        strangers.apply(server).ifPresent(user -> {
            throw new NotConnectingException(
                    ("%s listens there, and that is neither this node's user nor root: without TLS the node does not send its"
                                    + " secret there. If the server runs as that user, say --server-user USER")
                            .formatted(user));
        });
    }
}
