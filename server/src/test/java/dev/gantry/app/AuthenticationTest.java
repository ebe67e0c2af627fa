package dev.gantry.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Duration;
import dev.gantry.v1.AclServiceGrpc;
import dev.gantry.v1.AclServiceGrpc.AclServiceBlockingStub;
import dev.gantry.v1.AclTokenType;
import dev.gantry.v1.BootstrapAclRequest;
import dev.gantry.v1.ClusterServiceGrpc;
import dev.gantry.v1.CreateAclTokenRequest;
import dev.gantry.v1.CreateAclTokenResponse;
import dev.gantry.v1.DeleteAclTokenRequest;
import dev.gantry.v1.GetOwnAclTokenRequest;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.IssueNodeCertificateRequest;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.NodeCertificateServiceGrpc;
import dev.gantry.v1.WatchJobRequest;
import dev.gantry.v1.WatchJobResponse;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests which calls a server takes, by the tokens that they carry. */
@Timeout(60)
class AuthenticationTest {

    @RegisterExtension
    private final TestServer server = TestServer.closedExtension();

    @Test
    void a_call_without_a_token_is_refused_and_learns_how_to_bring_one() {
        StatusRuntimeException refusal = refusal(server.channel());

        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(refusal.getStatus().getDescription())
                .contains("\"authorization: Bearer SECRET\"", "--token-file FILE", "GANTRY_TOKEN");
    }

    @Test
    void refusals_of_many_failed_logins_are_late_and_valid_callers_of_the_same_address_are_not() throws IOException {
        Channel wrong = server.channel("gantry_wrong");
        Status late = TestServer.eventually()
                .until(
                        () -> catchThrowableOfType(StatusRuntimeException.class, () -> status(wrong, 400))
                                .getStatus(),
                        status -> status.getCode() != Status.Code.UNAUTHENTICATED);

        assertThat(late.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(code(() -> AclServiceGrpc.newBlockingStub(server.channel())
                        .withDeadlineAfter(400, TimeUnit.MILLISECONDS)
                        .bootstrapAcl(BootstrapAclRequest.newBuilder()
                                .setProof("x".repeat(40))
                                .build())))
                .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(code(() -> NodeCertificateServiceGrpc.newBlockingStub(server.channel())
                        .withDeadlineAfter(400, TimeUnit.MILLISECONDS)
                        .issueNodeCertificate(IssueNodeCertificateRequest.newBuilder()
                                .setNodeName("n1")
                                .build())))
                .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        FakeNode node = FakeNode.in("dc1", "one");
        for (int i = 0; i < 20; i++) {
            status(server.channel(server.managementToken()), 30_000);
        }
        node.connect(server.channel(), node.headers(Optional.of(server.joinToken())));
        assertThat(node.session().isOpen()).isTrue();
        node.close();
    }

    private static Status.Code code(ThrowingCallable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call)
                .getStatus()
                .getCode();
    }

    private static void status(Channel channel, int deadlineMillis) {
        var unused = ClusterServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(deadlineMillis, TimeUnit.MILLISECONDS)
                .getStatus(GetStatusRequest.getDefaultInstance());
    }

    @Test
    void a_token_that_is_unknown_or_malformed_is_refused_without_being_repeated() throws IOException {
        String good = server.managementToken();
        for (String secret : new String[] {"", "x", good + "x", good.substring(1), "x".repeat(5000)}) {
            StatusRuntimeException refusal = refusal(server.channel(secret));
            assertThat(refusal.getStatus().getCode()).as(secret).isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(refusal.getStatus().getDescription()).contains("The token is unknown");
            assertThat(refusal.getStatus().getDescription()).hasSizeLessThan(400);
        }
        assertThat(refusal(withHeader("Basic " + good)).getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(refusal(withHeader(good)).getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void the_first_management_token_is_let_in_also_after_a_restart() throws IOException {
        String secret = server.managementToken();
        assertThat(status(server.channel(secret))).isFalse();

        server.restart();

        assertThat(status(server.channel(secret))).isFalse();
        assertThat(server.managementToken()).isEqualTo(secret);
        assertThat(status(withHeader("bearer " + secret))).isFalse();
    }

    @Test
    void a_caller_can_ask_which_token_it_has() throws IOException {
        assertThat(acl(server.joinToken())
                        .getOwnAclToken(GetOwnAclTokenRequest.getDefaultInstance())
                        .getToken()
                        .getType())
                .isEqualTo(AclTokenType.ACL_TOKEN_TYPE_JOIN);
    }

    @Test
    void health_needs_no_token_and_reflection_does() throws IOException {
        assertThat(HealthGrpc.newBlockingStub(server.channel())
                        .withDeadlineAfter(30, TimeUnit.SECONDS)
                        .check(HealthCheckRequest.getDefaultInstance())
                        .getStatus())
                .isEqualTo(ServingStatus.SERVING);
        assertThat(reflection(server.channel()).join().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(reflection(server.channel(server.managementToken())).join().isOk())
                .isTrue();
    }

    @Test
    void an_open_stream_ends_as_soon_as_its_token_is_deleted() throws IOException {
        CreateAclTokenResponse other = create(CreateAclTokenRequest.newBuilder());
        CompletableFuture<Status> end = watch(server.channel(other.getSecret()));
        CompletableFuture<Status> staying = watch(server.channel(server.managementToken()));

        acl(server.managementToken())
                .deleteAclToken(DeleteAclTokenRequest.newBuilder()
                        .setAccessorId(other.getToken().getAccessorId())
                        .build());

        Status status = end.join();
        assertThat(status.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(status.getDescription()).contains("it was deleted, it has ended");
        assertThat(refusal(server.channel(other.getSecret())).getStatus().getCode())
                .isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(staying).isNotDone();
    }

    @Test
    void an_open_stream_ends_when_its_token_ends() throws IOException {
        CreateAclTokenResponse brief = create(CreateAclTokenRequest.newBuilder()
                .setTimeToLive(Duration.newBuilder().setSeconds(3600)));
        CompletableFuture<Status> end = watch(server.channel(brief.getSecret()));

        server.pass(java.time.Duration.ofHours(1));

        assertThat(end.join().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    private CreateAclTokenResponse create(CreateAclTokenRequest.Builder request) throws IOException {
        return acl(server.managementToken())
                .createAclToken(
                        request.setType(AclTokenType.ACL_TOKEN_TYPE_MANAGEMENT).build());
    }

    /** Begins to watch a job and waits for the first message. Returns the end of the stream. */
    private CompletableFuture<Status> watch(Channel channel) throws IOException {
        JobServiceGrpc.newBlockingStub(server.channel(server.managementToken()))
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .submitJob(TestJobs.submit(TestJobs.job("watched", "dc-none")));
        CompletableFuture<Void> begun = new CompletableFuture<>();
        CompletableFuture<Status> end = new CompletableFuture<Status>().orTimeout(30, TimeUnit.SECONDS);
        JobServiceGrpc.newStub(channel)
                .watchJob(WatchJobRequest.newBuilder().setJobId("watched").build(), new StreamObserver<>() {
                    @Override
                    public void onNext(WatchJobResponse response) {
                        begun.complete(null);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        begun.completeExceptionally(failure);
                        end.complete(Status.fromThrowable(failure));
                    }

                    @Override
                    public void onCompleted() {
                        end.complete(Status.OK);
                    }
                });
        begun.orTimeout(30, TimeUnit.SECONDS).join();
        return end;
    }

    private static CompletableFuture<Status> reflection(Channel channel) {
        CompletableFuture<Status> end = new CompletableFuture<Status>().orTimeout(30, TimeUnit.SECONDS);
        StreamObserver<ServerReflectionRequest> questions = ServerReflectionGrpc.newStub(channel)
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {}

                    @Override
                    public void onError(Throwable failure) {
                        end.complete(Status.fromThrowable(failure));
                    }

                    @Override
                    public void onCompleted() {
                        end.complete(Status.OK);
                    }
                });
        questions.onNext(
                ServerReflectionRequest.newBuilder().setListServices("").build());
        questions.onCompleted();
        return end;
    }

    private Channel withHeader(String value) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), value);
        return ClientInterceptors.intercept(server.channel(), MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static StatusRuntimeException refusal(Channel channel) {
        return catchThrowableOfType(StatusRuntimeException.class, () -> status(channel));
    }

    private static boolean status(Channel channel) {
        return ClusterServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .getStatus(GetStatusRequest.getDefaultInstance())
                .getInsecure();
    }

    private AclServiceBlockingStub acl(String secret) {
        return AclServiceGrpc.newBlockingStub(server.channel(secret)).withDeadlineAfter(30, TimeUnit.SECONDS);
    }
}
