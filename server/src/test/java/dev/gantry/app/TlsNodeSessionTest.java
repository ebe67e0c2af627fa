package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.gantry.client.GantryClient;
import dev.gantry.client.TlsOptions;
import dev.gantry.node.artifact.ArtifactSettings;
import dev.gantry.v1.ListNodesRequest;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeRestrictions;
import dev.gantry.v1.NodeServiceGrpc;
import dev.gantry.v1.NodeServiceGrpc.NodeServiceBlockingStub;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.View;
import dev.gantry.v1.WatchNodeRequest;
import dev.gantry.v1.WatchNodeResponse;
import io.grpc.Channel;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests which certificates a server accepts for the session of a node. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TlsNodeSessionTest {

    @TempDir
    private Path dir;

    private TlsCluster cluster;

    @BeforeEach
    void start() throws IOException {
        cluster = new TlsCluster(dir.resolve("tls")).start(false);
        cluster.issue("n1", TlsCluster.node("n1"));
        cluster.issue("n2", TlsCluster.node("n2"));
        cluster.issue("client", TlsCluster.client());
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void a_node_has_a_session_with_the_certificate_of_its_name() {
        try (FakeNode node = FakeNode.in("dc1", "n1").connect(cluster.channel("n1"))) {
            assertThat(node.session().isOpen()).isTrue();
            assertThat(nodes()).extracting(Node::getName).containsExactly("n1");
        }
    }

    @Test
    void the_audit_log_names_the_certificate() throws IOException {
        assertRefused("n1", cluster.channel("client"), "this connection has the certificate of the client");

        eventually().until(() -> Files.readString(cluster.auditLog()).contains("\"certificate\":\"client\""));
    }

    @Test
    void a_caller_without_the_certificate_of_a_node_gets_no_session() throws IOException {
        assertRefused(
                "n1", cluster.channel(TlsOptions.SYSTEM.authority(cluster.ca())), "this connection has no certificate");
        assertRefused("n1", cluster.channel("client"), "this connection has the certificate of the client");
        assertRefused("n1", cluster.channel("server"), "this connection has the certificate of the server");

        FakeNode refused = FakeNode.in("dc1", "n1").connect(cluster.channel("client"));
        assertThat(refused.session().identity()).as("what the server has sent").isNull();
        assertThat(nodes()).isEmpty();
    }

    @Test
    void a_node_with_the_certificate_of_another_gets_no_session() {
        assertRefused("n1", cluster.channel("n2"), "Node \"n1\" shows the certificate of node \"n2\"");
        assertThat(nodes()).isEmpty();
    }

    @Test
    void who_has_stolen_the_id_and_the_secret_of_a_node_can_not_use_them_with_the_certificate_of_another() {
        try (FakeNode node = FakeNode.in("dc1", "n1").connect(cluster.channel("n1"))) {
            FakeNode thief = node.named("n2");
            Status refusal = thief.connect(cluster.channel("n2")).session().end();

            assertThat(refusal.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
            assertThat(refusal.getDescription())
                    .isEqualTo(
                            "Node id %s is registered with the name \"n1\", and the certificate is that of node \"n2\":"
                                            .formatted(node.id())
                                    + " to rename a node, stop it, and purge it with gantry node purge");
            assertThat(node.session().isOpen()).isTrue();
            assertThat(nodes()).extracting(Node::getName).containsExactly("n1");
        }
    }

    @Test
    void an_expired_certificate_and_one_of_another_ca_get_no_connection() throws IOException {
        cluster.issueExpired("late", TlsCluster.node("n1"));
        assertUnconnected(cluster.channel("late"));
        try (TlsCluster other = new TlsCluster(dir.resolve("other"))) {
            other.issue("n1", TlsCluster.node("n1"));
            assertUnconnected(cluster.channel(
                    TlsOptions.SYSTEM.authority(cluster.ca()).identity(other.certificate("n1"), other.key("n1"))));
        }
        assertThat(nodes()).isEmpty();
    }

    @Test
    void a_session_ends_when_the_certificate_does_that_it_was_opened_with() {
        FakeNode node = FakeNode.in("dc1", "n1").connect(cluster.channel("n1"));
        assertThat(node.session().isOpen()).isTrue();

        cluster.setClockAhead(Duration.ofDays(2));
        node.fingerprint("1.30.0");

        Status end = node.session().end();
        assertThat(end.getCode()).isEqualTo(Status.Code.ABORTED);
        assertThat(end.getDescription()).contains("The certificate of this session has ended at");
    }

    @Test
    void a_connection_whose_certificate_has_ended_serves_no_more_calls_and_its_streams_end() {
        try (FakeNode node = FakeNode.in("dc1", "n1").connect(cluster.channel("n1"))) {
            NodeServiceBlockingStub calls =
                    NodeServiceGrpc.newBlockingStub(cluster.channel("client")).withDeadlineAfter(30, TimeUnit.SECONDS);
            Iterator<WatchNodeResponse> stream = calls.watchNode(
                    WatchNodeRequest.newBuilder().setNodeId(node.id()).build());
            assertThat(stream.next().getNode().getName()).isEqualTo("n1");

            cluster.setClockAhead(Duration.ofDays(2));

            assertThatThrownBy(() -> calls.listNodes(ListNodesRequest.getDefaultInstance()))
                    .hasMessageStartingWith(
                            "UNAUTHENTICATED: The client's certificate of this connection has ended at");
            assertThatThrownBy(() -> stream.forEachRemaining(message -> {}))
                    .hasMessageStartingWith(
                            "UNAUTHENTICATED: The client's certificate of this connection has ended at");
        }
    }

    @Test
    void a_node_connects_over_tls_and_uses_a_renewed_certificate_with_its_next_connection() throws Exception {
        cluster.issueExpired("alpha", TlsCluster.node("alpha"));
        NodeConfig plain = NodeFixture.config(List.of("https://" + cluster.address()), dir);
        NodeConfig config = new NodeConfig(
                List.of("https://" + cluster.address()),
                plain.dataDir(),
                plain.name(),
                plain.datacenter(),
                plain.nodeClass(),
                Map.of(),
                plain.ip(),
                plain.minDynamicPort(),
                plain.maxDynamicPort(),
                Map.of(),
                NodeRestrictions.getDefaultInstance(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(cluster.options("alpha")),
                Set.of(),
                ArtifactSettings.DEFAULT);
        GantryNode node = GantryNode.start(config, NodeFixture.parts(new ProcessDriver()));
        try {
            assertThat(nodes()).isEmpty();
            cluster.issue("alpha", TlsCluster.node("alpha"));

            eventually()
                    .untilAsserted(() -> assertThat(nodes())
                            .extracting(Node::getName, Node::getStatus)
                            .containsExactly(tuple("alpha", NodeStatus.NODE_STATUS_READY)));
        } finally {
            node.close();
        }
    }

    private void assertRefused(String name, Channel channel, String reason) {
        Status end = FakeNode.in("dc1", name).connect(channel).session().end();

        assertThat(end.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(end.getDescription()).contains(reason);
    }

    private static void assertUnconnected(Channel channel) {
        Status end = FakeNode.in("dc1", "n1").connect(channel).session().end();

        assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }

    private List<Node> nodes() {
        try (GantryClient client = GantryClient.builder()
                .address(cluster.address())
                .tls(TlsOptions.SYSTEM.authority(cluster.ca()))
                .build()) {
            return client.nodes().list(View.VIEW_FULL).toList();
        }
    }
}
