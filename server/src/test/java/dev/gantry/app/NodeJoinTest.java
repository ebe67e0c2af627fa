package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.client.LocalCredentials;
import dev.gantry.v1.AclServiceGrpc;
import dev.gantry.v1.AclServiceGrpc.AclServiceBlockingStub;
import dev.gantry.v1.AclTokenType;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.CreateAclTokenRequest;
import dev.gantry.v1.CreateAclTokenResponse;
import dev.gantry.v1.DeleteAclTokenRequest;
import dev.gantry.v1.GetNodeRequest;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeServiceGrpc;
import dev.gantry.v1.NodeServiceGrpc.NodeServiceBlockingStub;
import dev.gantry.v1.NodeSessionServiceGrpc;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.PurgeNodeRequest;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests which nodes may open a session with a server that asks for tokens. */
@Timeout(60)
class NodeJoinTest {

    @RegisterExtension
    private final TestServer server = TestServer.closedExtension(Duration.ofSeconds(1));

    @TempDir
    Path dir;

    @Test
    void a_new_node_needs_a_join_token_and_is_told_nothing_without_one() {
        FakeNode node = FakeNode.in("dc1", "new");

        assertRefused(
                node.connect(server.channel(), node.headers(Optional.empty())),
                Status.Code.UNAUTHENTICATED,
                "does not know node " + node.id(),
                "has brought no join token",
                "--join-token-file FILE");
        assertRefused(
                node.connect(server.channel(), node.headers(Optional.of("gantry_unknown"))),
                Status.Code.UNAUTHENTICATED,
                "the token that the node has brought does not let it join");
    }

    @Test
    void a_node_that_has_joined_comes_back_with_its_own_secret_alone() throws IOException {
        FakeNode node = FakeNode.in("dc1", "new");
        node.connect(server.channel(), node.headers(Optional.of(server.joinToken())));
        assertThat(get(node).getStatus()).isEqualTo(NodeStatus.NODE_STATUS_READY);
        node.close();

        server.restart();

        try (FakeNode back = node.connect(server.channel(), node.headers(Optional.empty()))) {
            assertThat(back.session().isOpen()).isTrue();
            assertThat(back.session().identity()).isNotNull();
        }
    }

    @Test
    void a_stolen_id_is_of_no_use_without_its_secret_even_with_a_join_token() throws IOException {
        FakeNode node = FakeNode.in("dc1", "victim");
        node.connect(server.channel(), node.headers(Optional.of(server.joinToken())));
        FakeNode thief = node.withSecret("guessed");

        assertRefused(
                thief.connect(server.channel(), thief.headers(Optional.of(server.joinToken()))),
                Status.Code.PERMISSION_DENIED,
                "is known with another secret");
        assertThat(node.session().isOpen()).isTrue();
        node.close();
    }

    @Test
    void a_node_cannot_register_as_another_one_than_it_was_admitted_for() throws IOException {
        FakeNode victim = FakeNode.in("dc1", "victim");
        victim.connect(server.channel(), victim.headers(Optional.of(server.joinToken())));
        FakeNode other = FakeNode.in("dc1", "other");
        Metadata own = other.headers(Optional.of(server.joinToken()));

        FakeNode impostor = victim.withSecret("guessed");
        impostor.connect(server.channel(), own);

        Status end = impostor.session().end();
        assertThat(end.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(end.getDescription()).contains("another id or secret than those in the headers");
        assertThat(victim.session().isOpen()).isTrue();
        victim.close();
    }

    @Test
    void a_session_without_the_headers_of_a_node_is_refused() throws IOException {
        FakeNode node = FakeNode.in("dc1", "old");
        Metadata token = new Metadata();
        token.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + server.joinToken());

        assertRefused(
                node.connect(server.channel(), token),
                Status.Code.UNAUTHENTICATED,
                "needs the headers gantry-node-id and gantry-node-secret");
    }

    @Test
    void a_deleted_join_token_lets_nobody_join_and_ends_no_session_of_those_who_have() throws IOException {
        CreateAclTokenResponse made = acl().createAclToken(CreateAclTokenRequest.newBuilder()
                .setType(AclTokenType.ACL_TOKEN_TYPE_JOIN)
                .build());
        FakeNode first = FakeNode.in("dc1", "first");
        first.connect(server.channel(), first.headers(Optional.of(made.getSecret())));

        acl().deleteAclToken(DeleteAclTokenRequest.newBuilder()
                .setAccessorId(made.getToken().getAccessorId())
                .build());

        FakeNode second = FakeNode.in("dc1", "second");
        assertRefused(
                second.connect(server.channel(), second.headers(Optional.of(made.getSecret()))),
                Status.Code.UNAUTHENTICATED,
                "was deleted");
        assertThat(first.session().isOpen()).isTrue();
        first.close();
    }

    @Test
    void a_session_that_began_with_a_join_token_registers_no_node_once_the_token_is_deleted() throws IOException {
        CreateAclTokenResponse made = acl().createAclToken(CreateAclTokenRequest.newBuilder()
                .setType(AclTokenType.ACL_TOKEN_TYPE_JOIN)
                .build());
        FakeNode node = FakeNode.in("dc1", "late");
        CompletableFuture<Void> begun = new CompletableFuture<>();
        CompletableFuture<Status> end = new CompletableFuture<>();
        StreamObserver<ConnectRequest> session = NodeSessionServiceGrpc.newStub(server.channel())
                .withInterceptors(
                        MetadataUtils.newAttachHeadersInterceptor(node.headers(Optional.of(made.getSecret()))))
                .connect(new StreamObserver<>() {
                    @Override
                    public void onNext(ConnectResponse message) {
                        begun.complete(null);
                        if (message.hasRegistered()) {
                            end.complete(Status.OK);
                        }
                    }

                    @Override
                    public void onError(Throwable failure) {
                        end.complete(Status.fromThrowable(failure));
                    }

                    @Override
                    public void onCompleted() {
                        end.complete(Status.OK);
                    }
                });
        begun.orTimeout(30, TimeUnit.SECONDS).join();

        acl().deleteAclToken(DeleteAclTokenRequest.newBuilder()
                .setAccessorId(made.getToken().getAccessorId())
                .build());
        session.onNext(ConnectRequest.newBuilder().setRegister(node.register()).build());

        assertThat(end.orTimeout(30, TimeUnit.SECONDS).join().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void a_purged_node_must_join_again() throws IOException {
        FakeNode node = FakeNode.in("dc1", "purged");
        node.connect(server.channel(), node.headers(Optional.of(server.joinToken())));
        node.close();
        eventually().until(() -> get(node).getStatus() == NodeStatus.NODE_STATUS_DOWN);
        nodes().purgeNode(PurgeNodeRequest.newBuilder().setNodeId(node.id()).build());

        assertRefused(
                node.connect(server.channel(), node.headers(Optional.empty())),
                Status.Code.UNAUTHENTICATED,
                "does not know node " + node.id());

        try (FakeNode back = node.connect(server.channel(), node.headers(Optional.of(server.joinToken())))) {
            assertThat(get(back).getStatus()).isEqualTo(NodeStatus.NODE_STATUS_READY);
        }
    }

    @Test
    void the_node_itself_joins_as_soon_as_it_finds_a_token() throws IOException {
        Path token = dir.resolve("join.token");
        GantryNode.Parts parts = NodeFixture.parts(new ProcessDriver());
        GantryNode.Parts joining = new GantryNode.Parts(
                parts.drivers(),
                parts.version(),
                parts.timings(),
                parts.clock(),
                parts.random(),
                parts.stateThread(),
                new JoinTokens(Optional.of(token), Optional.empty(), LocalCredentials.ofThisUser(Map.of())));
        NodeConfig config =
                NodeFixture.config(List.of(HostPort.format(server.server().address())), dir);
        GantryNode node = GantryNode.start(config, joining);
        try {
            Files.writeString(token, server.joinToken() + "\n");

            eventually()
                    .ignoreExceptions()
                    .until(() -> nodes().getNode(GetNodeRequest.newBuilder()
                                    .setNodeId(node.id())
                                    .build())
                            .hasNode());
        } finally {
            node.close();
        }
    }

    private static void assertRefused(FakeNode node, Status.Code code, String... why) {
        Status end = node.session().end();
        assertThat(end.getCode()).isEqualTo(code);
        assertThat(end.getDescription()).contains(why);
        assertThat(node.session().identity())
                .as("what the server has said of itself")
                .isNull();
    }

    private Node get(FakeNode node) throws IOException {
        return nodes().getNode(GetNodeRequest.newBuilder().setNodeId(node.id()).build())
                .getNode();
    }

    private NodeServiceBlockingStub nodes() throws IOException {
        return NodeServiceGrpc.newBlockingStub(server.channel(server.managementToken()))
                .withDeadlineAfter(30, TimeUnit.SECONDS);
    }

    private AclServiceBlockingStub acl() throws IOException {
        return AclServiceGrpc.newBlockingStub(server.channel(server.managementToken()))
                .withDeadlineAfter(30, TimeUnit.SECONDS);
    }
}
