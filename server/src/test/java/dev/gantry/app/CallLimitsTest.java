package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gantry.api.CallLimits;
import dev.gantry.api.CallLimits.Limit;
import dev.gantry.client.GantryClient;
import dev.gantry.v1.AclCapability;
import dev.gantry.v1.AclJobRule;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclServiceGrpc;
import dev.gantry.v1.AclTokenType;
import dev.gantry.v1.AllocationServiceGrpc;
import dev.gantry.v1.ApplyAclPolicyRequest;
import dev.gantry.v1.ClusterServiceGrpc;
import dev.gantry.v1.CreateAclTokenRequest;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetJobResponse;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.StreamLogsRequest;
import dev.gantry.v1.StreamLogsResponse;
import dev.gantry.v1.WatchJobRequest;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests what a server with low limits does with callers beyond them. */
@Timeout(120)
class CallLimitsTest {

    /** Ten times as many calls and bytes may be used at once. */
    private static final Limit LOW = new Limit(3, 1, 1);

    @RegisterExtension
    private final TestServer server = TestServer.closedExtension().limiting(new CallLimits(LOW, LOW));

    private final FakeNode node = FakeNode.in("dc1", "one").runningTasks();
    private String secret;

    @BeforeEach
    void start() throws IOException {
        node.connect(server.channel(), node.headers(Optional.of(server.joinToken())));
        secret = token();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void calls_beyond_the_limit_are_refused_and_other_tokens_are_not_and_the_sdk_waits() throws IOException {
        StatusRuntimeException refusal = useUpCalls();

        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(refusal.getStatus().getDescription())
                .contains("The token \"limited\"", "more than 3 calls a second", "--token-calls");
        status(server.channel(token()));
        for (int i = 0; i < 100; i++) {
            status(server.channel(server.managementToken()));
        }
        try (GantryClient client = GantryClient.builder()
                .address("127.0.0.1:" + server.server().address().getPort())
                .token(secret)
                .build()) {
            for (int i = 0; i < 4; i++) {
                assertThat(client.status().getNodesReady()).isEqualTo(1);
            }
        }
        assertThat(node.session().isOpen()).as("the session of the node").isTrue();
    }

    @Test
    void streams_beyond_the_limit_are_refused_until_another_has_ended() {
        run("web");
        Context.CancellableContext first = Context.current().withCancellation();
        first.run(() -> assertThat(watch().hasNext()).isTrue());

        StatusRuntimeException refusal = catchThrowableOfType(StatusRuntimeException.class, () -> watch().hasNext());

        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(refusal.getStatus().getDescription()).contains("1 open streams", "--token-streams");
        first.cancel(null);
        eventually().ignoreExceptions().until(() -> watch().hasNext());
    }

    @Test
    void a_stream_that_has_used_up_its_bytes_is_slowed_and_not_broken() {
        String allocation = run("web");
        String piece = "x".repeat(64 * 1024);
        int pieces = 12 * 16;
        for (int i = 0; i < pieces; i++) {
            node.log(allocation, "main").write(piece);
        }
        node.log(allocation, "main").end();

        long bytes = 0;
        Iterator<StreamLogsResponse> log = AllocationServiceGrpc.newBlockingStub(server.channel(secret))
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .streamLogs(StreamLogsRequest.newBuilder()
                        .setAllocationId(allocation)
                        .build());
        while (log.hasNext()) {
            bytes += log.next().getData().size();
        }

        assertThat(bytes).isEqualTo((long) pieces * piece.length());
    }

    @Test
    void bytes_that_are_no_message_count_too() {
        Channel channel = server.channel(secret);
        byte[] malformed = new byte[11 * 1024 * 1024];

        List<Status> ends = IntStream.range(0, 3)
                .mapToObj(call -> RawCalls.end(channel, ClusterServiceGrpc.getGetStatusMethod(), List.of(malformed)))
                .toList();

        assertThat(ends.get(0).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(ends.get(2).getDescription()).contains("--token-mib");
    }

    private StatusRuntimeException useUpCalls() {
        Channel channel = server.channel(secret);
        return eventually()
                .until(
                        () -> catchThrowableOfType(StatusRuntimeException.class, () -> {
                            for (int i = 0; i < 200; i++) {
                                status(channel);
                            }
                        }),
                        refusal -> refusal != null);
    }

    private static void status(Channel channel) {
        var unused = ClusterServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .getStatus(GetStatusRequest.getDefaultInstance());
    }

    private Iterator<?> watch() {
        return JobServiceGrpc.newBlockingStub(server.channel(secret))
                .watchJob(WatchJobRequest.newBuilder().setJobId("web").build());
    }

    private String run(String jobId) {
        var jobs = JobServiceGrpc.newBlockingStub(management());
        var unused = jobs.submitJob(TestJobs.submit(TestJobs.job(jobId, "dc1")));
        GetJobResponse running = eventually()
                .until(
                        () -> jobs.getJob(
                                GetJobRequest.newBuilder().setJobId(jobId).build()),
                        job -> job.getAllocationsCount() > 0);
        return running.getAllocations(0).getId();
    }

    private Channel management() {
        try {
            return server.channel(server.managementToken());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private String token() {
        var acl = AclServiceGrpc.newBlockingStub(management());
        var unused = acl.applyAclPolicy(ApplyAclPolicyRequest.newBuilder()
                .setPolicy(AclPolicy.newBuilder()
                        .setName("limited")
                        .addJobs(AclJobRule.newBuilder()
                                .setJobGlob("*")
                                .addCapabilities(AclCapability.ACL_CAPABILITY_READ)
                                .addCapabilities(AclCapability.ACL_CAPABILITY_LOGS)))
                .build());
        return acl.createAclToken(CreateAclTokenRequest.newBuilder()
                        .setName("limited")
                        .setType(AclTokenType.ACL_TOKEN_TYPE_CLIENT)
                        .addPolicies("limited")
                        .build())
                .getSecret();
    }
}
