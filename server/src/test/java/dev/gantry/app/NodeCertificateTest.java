package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.client.LocalCredentials;
import dev.gantry.client.TlsOptions;
import dev.gantry.model.JoinToken;
import dev.gantry.node.artifact.ArtifactSettings;
import dev.gantry.node.certificate.NodeTransport;
import dev.gantry.node.session.NotConnectingException;
import dev.gantry.node.session.SessionCredentials;
import dev.gantry.node.session.SessionTransport;
import dev.gantry.node.state.NodeCertificate;
import dev.gantry.tls.AuthorityPin;
import dev.gantry.tls.CertificateAuthority;
import dev.gantry.tls.PemFiles;
import dev.gantry.v1.ListNodesRequest;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeServiceGrpc;
import dev.gantry.v1.NodeStatus;
import io.grpc.HandlerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests how a node gets its certificate from the server's CA, and keeps one that is valid. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NodeCertificateTest {

    @TempDir
    private Path dir;

    private final AtomicReference<Duration> nodesClockAhead = new AtomicReference<>(Duration.ZERO);
    private Optional<String> stranger = Optional.empty();
    private OwnTlsServer server;

    @BeforeEach
    void start() throws IOException {
        server = OwnTlsServer.start(dir.resolve("server-data"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void the_join_token_names_the_servers_ca() throws IOException {
        assertThat(server.joinToken())
                .matches("gantry_[A-Za-z0-9_-]{43}\\.[0-9a-f]{64}")
                .endsWith("."
                        + AuthorityPin.of(PemFiles.readCertificates(server.ca()).get(0)));
    }

    @Test
    void a_node_with_nothing_but_the_join_token_gets_a_certificate_and_connects() throws IOException {
        try (GantryNode node = start(joinToken(server.joinToken()))) {
            awaitReady(node);
        }
        NodeCertificate made = certificate();
        assertThat(made.isOf("alpha")).isTrue();
        assertThat(made.end())
                .isBetween(
                        Instant.now().plus(Duration.ofDays(29)), Instant.now().plus(Duration.ofDays(31)));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @Test
    void a_node_that_has_joined_needs_no_token_after_restarts_of_both_and_keeps_its_certificate() throws IOException {
        try (GantryNode node = start(joinToken(server.joinToken()))) {
            awaitReady(node);
        }
        byte[] before = Files.readAllBytes(file());
        server.restart();

        try (GantryNode node = start(noToken())) {
            awaitReady(node);
        }
        assertThat(file()).hasBinaryContent(before);
    }

    @Test
    void a_node_joins_with_a_token_that_names_no_ca_if_it_is_given_the_ca() throws IOException {
        String bare = JoinToken.parse(server.joinToken()).secret();

        try (GantryNode node = start(joinToken(bare), config(Optional.of(TlsOptions.SYSTEM.authority(server.ca()))))) {
            awaitReady(node);
        }
        assertThat(certificate().isOf("alpha")).isTrue();
    }

    @Test
    void a_node_sends_nothing_to_a_server_whose_ca_is_not_the_one_in_its_token() throws IOException {
        JoinToken pinned = JoinToken.parse(server.joinToken());
        Queue<String> calls = new ConcurrentLinkedQueue<>();
        try (TlsCluster other = new TlsCluster(dir.resolve("other"))) {
            Server impostor = impostor(other, calls);
            NodeTransport transport = transport(address -> Optional.of(pinned));

            try {
                assertThatThrownBy(() -> transport
                                .prepare("127.0.0.1:" + impostor.getPort())
                                .get(30, TimeUnit.SECONDS))
                        .rootCause()
                        .hasMessageContaining("does not show the CA that the join token names")
                        .hasMessageContaining("DATA_DIR/server/join.token");
            } finally {
                impostor.shutdownNow();
            }
        }
        assertThat(calls).isEmpty();
        assertThat(file()).doesNotExist();
    }

    @Test
    void a_node_that_has_joined_sends_nothing_to_a_server_of_another_ca() throws IOException {
        try (GantryNode node = start(joinToken(server.joinToken()))) {
            awaitReady(node);
        }
        Queue<String> calls = new ConcurrentLinkedQueue<>();
        try (TlsCluster other = new TlsCluster(dir.resolve("other"))) {
            Server impostor = impostor(other, calls);
            NodeTransport transport = transport(noToken());
            try {
                assertThatThrownBy(() -> call(transport, "127.0.0.1:" + impostor.getPort()))
                        .hasMessageContaining("UNAVAILABLE");
            } finally {
                impostor.shutdownNow();
            }
        }
        assertThat(calls).isEmpty();
    }

    @Test
    void a_node_with_a_damaged_token_does_not_take_it_for_one_that_names_no_ca() throws IOException {
        String cut = server.joinToken().substring(0, server.joinToken().length() - 1);

        assertThatThrownBy(() -> joinToken(cut).apply(server.address()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("The join token is damaged");
    }

    @Test
    void a_node_without_tls_sends_its_secret_to_no_other_machine() {
        NodeTransport transport = transport(address -> Optional.of(new JoinToken("gantry_x", Optional.empty())));

        for (String beyond : List.of("192.0.2.1:7470", "gantry.example.com:7470", "127.0.0.1.example.com:7470")) {
            assertThatThrownBy(() -> transport.prepare(beyond))
                    .hasMessageContaining("does not send its secret in plain text beyond this machine")
                    .hasMessageContaining("--join-token-file FILE");
        }
        assertThat(transport.prepare("127.0.0.1:7470")).isCompleted();
    }

    @Test
    void a_node_without_tls_sends_its_secret_to_no_other_user_who_listens_where_the_server_was() throws IOException {
        stranger = Optional.of("user 65534");

        assertThatThrownBy(() -> transport(noToken()).prepare("127.0.0.1:7470"))
                .isInstanceOf(NotConnectingException.class)
                .hasMessageContaining("user 65534 listens there")
                .hasMessageContaining("--server-user USER");
        JoinToken pinned = JoinToken.parse(server.joinToken());
        Files.createDirectories(file().getParent());
        assertThat(transport(address -> Optional.of(pinned)).prepare(server.address()))
                .as("TLS proves who the server is")
                .succeedsWithin(Duration.ofSeconds(30));
    }

    @Test
    void a_certificate_is_renewed_when_two_thirds_have_passed_while_the_session_goes_on() throws IOException {
        try (GantryNode node = start(joinToken(server.joinToken()))) {
            awaitReady(node);
            NodeCertificate first = certificate();
            long since = node(node).getStatusTime().getSeconds();
            nodesClockAhead.set(Duration.ofDays(19));
            assertThat(certificate()).isEqualTo(first);

            nodesClockAhead.set(Duration.ofDays(21));

            eventually().until(() -> !certificate().equals(first));
            assertThat(node(node).getStatus()).isEqualTo(NodeStatus.NODE_STATUS_READY);
            assertThat(node(node).getStatusTime().getSeconds()).isEqualTo(since);
        }
    }

    @Test
    void a_node_whose_certificate_has_expired_gets_a_new_one_by_its_secret() throws IOException {
        try (GantryNode node = start(joinToken(server.joinToken()))) {
            awaitReady(node);
        }
        expire();

        try (GantryNode node = start(noToken())) {
            eventually().until(() -> certificate().end().isAfter(Instant.now()));
            awaitReady(node);
        }
    }

    @Test
    void a_node_whose_clock_is_behind_gets_a_new_certificate_when_the_server_finds_its_own_expired()
            throws IOException {
        try (GantryNode node = start(joinToken(server.joinToken()))) {
            awaitReady(node);
        }
        expire();
        nodesClockAhead.set(Duration.ofHours(-2));
        assertThat(certificate().end()).isAfter(Instant.now().plus(nodesClockAhead.get()));

        try (GantryNode node = start(noToken())) {
            eventually().until(() -> certificate().end().isAfter(Instant.now()));
            awaitReady(node);
        }
    }

    @Test
    void a_node_whose_clock_is_far_ahead_connects_all_the_same() throws IOException {
        nodesClockAhead.set(Duration.ofDays(50));

        try (GantryNode node = start(joinToken(server.joinToken()))) {
            awaitReady(node);
        }
    }

    @Test
    void a_start_without_tls_takes_the_ca_out_of_the_join_token_again() throws IOException {
        String pinned = server.joinToken();

        server.restartWithoutTls();
        assertThat(server.joinToken()).isEqualTo(JoinToken.parse(pinned).secret());

        server.restart();
        assertThat(server.joinToken()).isEqualTo(pinned);
    }

    /** Replaces the node's certificate by one that has ended an hour ago, as if the machine had been off. */
    private void expire() {
        NodeCertificate present = certificate();
        CertificateAuthority past = CertificateAuthority.load(
                server.ca(), server.caKey(), () -> Instant.now().minus(Duration.ofHours(3)), new SecureRandom());
        new NodeCertificate(
                        present.key(),
                        past.issue(
                                TlsCluster.node("alpha"), present.chain().get(0).getPublicKey(), Duration.ofHours(2)),
                        present.authority())
                .save(file());
    }

    /** Serves all calls with a certificate of another CA, and notes them. */
    private static Server impostor(TlsCluster other, Queue<String> calls) throws IOException {
        return NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        TlsServerCredentials.create(
                                other.certificate("server").toFile(),
                                other.key("server").toFile()))
                .intercept(new ServerInterceptor() {
                    @Override
                    public <Q, A> ServerCall.Listener<Q> interceptCall(
                            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                        calls.add(call.getMethodDescriptor().getFullMethodName() + headers);
                        return next.startCall(call, headers);
                    }
                })
                .fallbackHandlerRegistry(new HandlerRegistry() {
                    @Override
                    public ServerMethodDefinition<?, ?> lookupMethod(String method, String authority) {
                        calls.add(method);
                        return null;
                    }
                })
                .build()
                .start();
    }

    private NodeTransport transport(Function<String, Optional<JoinToken>> tokens) {
        return new NodeTransport(
                "alpha",
                new SessionCredentials(UUID.randomUUID().toString(), "secret", tokens),
                new NodeTransport.Given.Nothing(),
                file(),
                new SecureRandom(),
                address -> stranger,
                Runnable::run,
                InstantSource.system());
    }

    /** Opens a session as the node does. */
    private static void call(NodeTransport transport, String address) throws Exception {
        SessionTransport.Prepared prepared = transport.prepare(address).get(30, TimeUnit.SECONDS);
        ManagedChannel channel =
                NettyChannelBuilder.forTarget(address, prepared.credentials()).build();
        try {
            NodeServiceGrpc.newBlockingStub(channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(prepared.headers()))
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .listNodes(ListNodesRequest.getDefaultInstance());
        } finally {
            channel.shutdownNow();
        }
    }

    private NodeConfig config(Optional<TlsOptions> tls) {
        return with(config(List.of(server.address())), tls);
    }

    private NodeConfig config(List<String> servers) {
        return NodeFixture.config(servers, dir);
    }

    private static NodeConfig with(NodeConfig config, Optional<TlsOptions> tls) {
        return new NodeConfig(
                config.servers(),
                config.dataDir(),
                config.name(),
                config.datacenter(),
                config.nodeClass(),
                Map.of(),
                config.ip(),
                config.minDynamicPort(),
                config.maxDynamicPort(),
                Map.of(),
                config.restrictions(),
                Optional.empty(),
                Optional.empty(),
                tls,
                Set.of(),
                ArtifactSettings.DEFAULT);
    }

    private GantryNode start(JoinTokens tokens) {
        return start(tokens, config(Optional.empty()));
    }

    private GantryNode start(JoinTokens tokens, NodeConfig config) {
        GantryNode.Parts parts = NodeFixture.parts(new ProcessDriver());
        return GantryNode.start(
                config,
                new GantryNode.Parts(
                        parts.drivers(),
                        parts.version(),
                        parts.timings(),
                        () -> Instant.now().plus(nodesClockAhead.get()),
                        parts.random(),
                        parts.stateThread(),
                        tokens));
    }

    private JoinTokens joinToken(String token) throws IOException {
        Path file = Files.writeString(dir.resolve("join.token"), token + "\n");
        return new JoinTokens(Optional.of(file), Optional.empty(), LocalCredentials.ofThisUser(Map.of()));
    }

    private static JoinTokens noToken() {
        return new JoinTokens(
                Optional.empty(), Optional.empty(), LocalCredentials.ofThisUser(Map.of("HOME", "/nonexistent")));
    }

    private void awaitReady(GantryNode node) {
        eventually()
                .untilAsserted(() -> assertThat(nodes())
                        .filteredOn(found -> found.getId().equals(node.id()))
                        .extracting(Node::getStatus)
                        .containsExactly(NodeStatus.NODE_STATUS_READY));
    }

    private Node node(GantryNode node) throws IOException {
        return nodes().stream()
                .filter(found -> found.getId().equals(node.id()))
                .findFirst()
                .orElseThrow();
    }

    private List<Node> nodes() throws IOException {
        return NodeServiceGrpc.newBlockingStub(server.management())
                .listNodes(ListNodesRequest.getDefaultInstance())
                .getNodesList();
    }

    private Path file() {
        return dir.resolve("data/certificate.pem");
    }

    private NodeCertificate certificate() {
        return NodeCertificate.load(file()).orElseThrow();
    }
}
