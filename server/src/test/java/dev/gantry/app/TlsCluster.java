package dev.gantry.app;

import dev.gantry.api.CallLimits;
import dev.gantry.audit.AuditOptions;
import dev.gantry.client.TlsOptions;
import dev.gantry.cluster.Clocks;
import dev.gantry.cluster.gc.GarbageThresholds;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.tls.CertificateAuthority;
import dev.gantry.tls.CertificateAuthority.Identity;
import dev.gantry.tls.CertificateAuthority.Subject;
import dev.gantry.tls.CertificateRole;
import dev.gantry.tls.PemFiles;
import dev.gantry.tls.ServerTls;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** A CA with its files, the certificates that it issues, and a server that uses them. */
final class TlsCluster implements AutoCloseable {

    private static final Duration VALIDITY = Duration.ofDays(1);

    private final Path dir;
    private final CertificateAuthority authority;
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    private GantryServer server;

    /** Makes a CA and a server's certificate for 127.0.0.1 in a directory. */
    TlsCluster(Path dir) throws IOException {
        this.dir = Files.createDirectories(dir);
        this.authority = authority(InstantSource.system());
        PemFiles.writeNew(ca(), authority.identity().chain());
        issue("server", server("127.0.0.1"));
    }

    /** Returns a holder that is called by one address. */
    static Subject server(String address) {
        return new Subject(new CertificateRole.Server(), List.of(), List.of(address));
    }

    static Subject node(String name) {
        return new Subject(new CertificateRole.Node(name));
    }

    static Subject client() {
        return new Subject(new CertificateRole.Client());
    }

    Path ca() {
        return dir.resolve("ca.crt");
    }

    Path certificate(String name) {
        return dir.resolve(name + ".crt");
    }

    Path key(String name) {
        return dir.resolve(name + ".key");
    }

    /** Returns the file with the calls that the server has recorded. */
    Path auditLog() {
        return dir.resolve("audit.log");
    }

    /** Issues a certificate, and replaces the files of that name. */
    Identity issue(String name, Subject subject) throws IOException {
        return write(name, authority.issue(subject, VALIDITY));
    }

    /** Issues a certificate that has expired an hour ago. */
    Identity issueExpired(String name, Subject subject) throws IOException {
        CertificateAuthority past = CertificateAuthority.load(
                ca(), caKey(), () -> Instant.now().minus(Duration.ofHours(2)), new SecureRandom());
        return write(name, past.issue(subject, Duration.ofHours(1)));
    }

    ServerTls tls(ServerTls.Version oldest, boolean isClientVerified) {
        return new ServerTls(certificate("server"), key("server"), ca(), oldest, isClientVerified);
    }

    /** Starts a server on a free port, its database in the directory. */
    TlsCluster start(boolean isClientVerified) throws IOException {
        return start(tls(ServerTls.Version.TLS_1_3, isClientVerified));
    }

    TlsCluster start(ServerTls tls) throws IOException {
        server = GantryServer.start(
                new ServerConfig(
                        dir.resolve("data"),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        ServerConfig.DEFAULT_NODE_TIME_TO_LIVE,
                        SchedulerOptions.DEFAULT,
                        GarbageThresholds.DEFAULT,
                        ServerConfig.DEFAULT_GARBAGE_INTERVAL,
                        false,
                        true,
                        Optional.empty(),
                        Optional.of(tls),
                        Optional.of(new AuditOptions(auditLog(), Long.MAX_VALUE, 1, false, false)),
                        CallLimits.DEFAULT,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()),
                new Clocks(() -> Instant.now().plus(ahead.get()), new MonotonicClock(InstantSource.system())),
                new SecureRandom(),
                new SecureRandom(),
                () -> {});
        return this;
    }

    /** Sets the server's wall clock ahead. Handshakes of TLS go by the machine's clock nevertheless. */
    void setClockAhead(Duration time) {
        ahead.set(time);
    }

    int port() {
        return server.address().getPort();
    }

    String address() {
        return "127.0.0.1:" + port();
    }

    /** Trusts the CA, and shows the certificate of that name. */
    TlsOptions options(String name) {
        return TlsOptions.SYSTEM.authority(ca()).identity(certificate(name), key(name));
    }

    /** Opens a connection that trusts the CA and shows the certificate of that name. */
    ManagedChannel channel(String name) {
        return channel(options(name));
    }

    ManagedChannel channel(TlsOptions options) {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", port(), options.credentials())
                .build();
        channels.add(channel);
        return channel;
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        if (server != null) {
            server.close();
        }
    }

    private CertificateAuthority authority(InstantSource clock) {
        CertificateAuthority made =
                CertificateAuthority.create("Test CA", VALIDITY.multipliedBy(2), clock, new SecureRandom());
        PemFiles.writeNew(caKey(), made.identity().key());
        return made;
    }

    private Path caKey() {
        return dir.resolve("ca.key");
    }

    /** Replaces the two files as a careful operator does: each at once. */
    private Identity write(String name, Identity made) throws IOException {
        Path newKey = dir.resolve("new.key");
        Path newCertificate = dir.resolve("new.crt");
        PemFiles.writeNew(newKey, made.key());
        PemFiles.writeNew(newCertificate, made.chain());
        Files.move(newKey, key(name), StandardCopyOption.ATOMIC_MOVE);
        Files.move(newCertificate, certificate(name), StandardCopyOption.ATOMIC_MOVE);
        return made;
    }
}
