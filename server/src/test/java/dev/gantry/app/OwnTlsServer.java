package dev.gantry.app;

import dev.gantry.api.CallLimits;
import dev.gantry.audit.AuditOptions;
import dev.gantry.client.TlsOptions;
import dev.gantry.cluster.Clocks;
import dev.gantry.cluster.gc.GarbageThresholds;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.tls.ServerTls;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A server that asks for tokens and makes its own CA, as {@code gantry server --tls} does. */
final class OwnTlsServer implements AutoCloseable {

    private final Path dir;
    private final List<ManagedChannel> channels = new ArrayList<>();
    private GantryServer server;

    private OwnTlsServer(Path dir) {
        this.dir = dir;
    }

    static OwnTlsServer start(Path dir) throws IOException {
        OwnTlsServer started = new OwnTlsServer(dir);
        started.open(0, true);
        return started;
    }

    /** Stops the server, and starts another one on the same directory and at the same address. */
    void restart() throws IOException {
        int port = server.address().getPort();
        server.close();
        open(port, true);
    }

    /** Stops the server, and starts one without TLS in its place. */
    void restartWithoutTls() throws IOException {
        int port = server.address().getPort();
        server.close();
        open(port, false);
    }

    /** Returns the file with the calls that the server has recorded. */
    Path auditLog() {
        return dir.resolve("audit.log");
    }

    String address() {
        return HostPort.format(server.address());
    }

    Path ca() {
        return file("tls/ca.crt");
    }

    Path caKey() {
        return file("tls/ca.key");
    }

    Path file(String name) {
        return dir.resolve("server").resolve(name);
    }

    /** Returns the join token as the server has written it. */
    String joinToken() throws IOException {
        return Files.readString(file("join.token")).strip();
    }

    /** Opens a connection that trusts the CA, and shows no certificate. */
    ManagedChannel channel() {
        return channel(TlsOptions.SYSTEM.authority(ca()));
    }

    ManagedChannel channel(TlsOptions options) {
        ManagedChannel channel =
                NettyChannelBuilder.forTarget(address(), options.credentials()).build();
        channels.add(channel);
        return channel;
    }

    /** Returns a channel for calls that carry the management token. */
    Channel management() throws IOException {
        Metadata headers = new Metadata();
        headers.put(
                Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
                "Bearer " + Files.readString(file("management.token")).strip());
        return ClientInterceptors.intercept(channel(), MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        server.close();
    }

    private void open(int port, boolean isTls) throws IOException {
        server = GantryServer.start(
                new ServerConfig(
                        dir,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        ServerConfig.DEFAULT_NODE_TIME_TO_LIVE,
                        SchedulerOptions.DEFAULT,
                        GarbageThresholds.DEFAULT,
                        ServerConfig.DEFAULT_GARBAGE_INTERVAL,
                        false,
                        false,
                        Optional.empty(),
                        Optional.of(ServerTls.own(
                                        dir.resolve("server/tls"),
                                        List.of("127.0.0.1", "localhost"),
                                        ServerTls.Version.TLS_1_3,
                                        false))
                                .filter(own -> isTls),
                        Optional.of(new AuditOptions(auditLog(), Long.MAX_VALUE, 1, false, false)),
                        CallLimits.DEFAULT,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()),
                new Clocks(InstantSource.system(), new MonotonicClock(InstantSource.system())),
                new SecureRandom(),
                new SecureRandom(),
                () -> {});
    }
}
