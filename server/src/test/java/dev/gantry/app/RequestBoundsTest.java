package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import dev.gantry.client.GantryClient;
import dev.gantry.client.Watch;
import dev.gantry.v1.AclServiceGrpc;
import dev.gantry.v1.AllocationServiceGrpc;
import dev.gantry.v1.ClusterServiceGrpc;
import dev.gantry.v1.DiscoveryServiceGrpc;
import dev.gantry.v1.DispatchJobRequest;
import dev.gantry.v1.DrainNodeRequest;
import dev.gantry.v1.DrainStrategy;
import dev.gantry.v1.GetAllocationRequest;
import dev.gantry.v1.GetEvaluationRequest;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetNodeRequest;
import dev.gantry.v1.GetServiceRequest;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.ListJobsRequest;
import dev.gantry.v1.ListJobsResponse;
import dev.gantry.v1.NodeServiceGrpc;
import dev.gantry.v1.SubmitJobRequest;
import dev.gantry.v1.WatchJobRequest;
import dev.gantry.v1.WatchJobResponse;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the responses to requests beyond the limits. */
@Timeout(120)
class RequestBoundsTest {

    @RegisterExtension
    private static final TestServer server = TestServer.extension();

    @BeforeAll
    static void start() {
        for (int i = 0; i < 2; i++) {
            server.jobs().submitJob(TestJobs.submit(TestJobs.job("bounds-" + i, "dc-none")));
        }
    }

    /** All lists, so that new ones are tested too. */
    static Stream<MethodDescriptor<?, ?>> lists() {
        return Stream.of(
                        JobServiceGrpc.getServiceDescriptor(),
                        AclServiceGrpc.getServiceDescriptor(),
                        AllocationServiceGrpc.getServiceDescriptor(),
                        NodeServiceGrpc.getServiceDescriptor(),
                        DiscoveryServiceGrpc.getServiceDescriptor(),
                        ClusterServiceGrpc.getServiceDescriptor())
                .flatMap(service -> service.getMethods().stream())
                .filter(method -> field(method, "page_token") != null);
    }

    @Test
    void there_are_lists_of_each_kind() {
        assertThat(lists().map(MethodDescriptor::getBareMethodName))
                .contains(
                        "ListJobs",
                        "ListJobVersions",
                        "ListEvaluations",
                        "ListDeployments",
                        "ListAllocations",
                        "ListNodes",
                        "ListServices",
                        "ListAclPolicies",
                        "ListAclTokens");
    }

    @ParameterizedTest
    @MethodSource("lists")
    void each_list_refuses_a_page_token_that_is_none_of_its_own_and_does_not_repeat_it(MethodDescriptor<?, ?> list) {
        ListJobsResponse page = server.jobs()
                .listJobs(ListJobsRequest.newBuilder().setPageSize(1).build());
        List<String> tokens = new ArrayList<>(List.of(
                "*",
                "AAAA",
                encode("one"),
                encode("one\ntwo"),
                encode("99999999999999999999\nx"),
                encode("a\nb\nc\nd"),
                "x".repeat(9000)));
        if (!list.getBareMethodName().equals("ListJobs")) {
            tokens.add(page.getNextPageToken());
        }

        for (String token : tokens) {
            StatusRuntimeException refusal = refusal(() -> call(list, "page_token", token));
            assertThat(violations(refusal))
                    .as("violations of %s", token)
                    .extracting(FieldViolation::getField)
                    .containsExactly("page_token");
            assertThat(refusal.getMessage()).hasSizeLessThan(300);
        }
    }

    @ParameterizedTest
    @MethodSource("lists")
    void each_list_refuses_control_characters_in_its_filters(MethodDescriptor<?, ?> list) {
        Message request = request(list);
        for (FieldDescriptor field : request.getDescriptorForType().getFields()) {
            if (field.getJavaType() == FieldDescriptor.JavaType.STRING) {
                StatusRuntimeException refusal = refusal(() -> call(list, field.getName(), "a\u0000b"));
                assertThat(violations(refusal))
                        .extracting(FieldViolation::getField)
                        .containsExactly(field.getName());
            }
        }
    }

    @Test
    void control_characters_are_refused_wherever_a_text_names_something() {
        Job job = TestJobs.job("bounds-plain", "dc-none");
        Job.Builder inUser = job.toBuilder();
        inUser.getTaskGroupsBuilder(0).getTasksBuilder(0).setUser("ro\u0000ot");
        Job.Builder inArgs = job.toBuilder();
        inArgs.getTaskGroupsBuilder(0)
                .getTasksBuilder(0)
                .getConfigBuilder()
                .putFields("command", TestJobs.text("/bin/\u0000sh"));

        assertField("task_groups[0].tasks[0].user", () -> submit(inUser.build()));
        assertField("task_groups[0].tasks[0].config.command", () -> submit(inArgs.build()));
        assertField(
                "datacenters[1]",
                () -> submit(job.toBuilder().addDatacenters("dc\n1").build()));
        assertField(
                "request_id",
                () -> server.jobs()
                        .submitJob(SubmitJobRequest.newBuilder()
                                .setJob(job)
                                .setRequestId("a\nb")
                                .build()));
        assertField(
                "job_id",
                () -> server.jobs()
                        .getJob(GetJobRequest.newBuilder().setJobId("a\u007fb").build()));
        assertField(
                "meta",
                () -> server.jobs()
                        .dispatchJob(DispatchJobRequest.newBuilder()
                                .setJobId("bounds-0")
                                .putMeta("a\nb", "c")
                                .build()));
    }

    @Test
    void a_list_of_names_in_a_request_has_a_thousand_entries_at_most() {
        List<String> thousand = Collections.nCopies(1_000, "tag");
        GetServiceRequest.Builder request =
                GetServiceRequest.newBuilder().setName("bounds").addAllTags(thousand);

        assertThat(DiscoveryServiceGrpc.newBlockingStub(server.channel())
                        .getService(request.build())
                        .getInstancesCount())
                .isZero();
        assertField(
                "tags",
                () -> DiscoveryServiceGrpc.newBlockingStub(server.channel())
                        .getService(request.addTags("tag").build()));
    }

    @Test
    void values_that_are_handed_to_tasks_may_have_lines() {
        Job.Builder job = TestJobs.job("bounds-lines", "dc-none").toBuilder();
        job.getTaskGroupsBuilder(0)
                .getTasksBuilder(0)
                .putEnv("SCRIPT", "one\ntwo")
                .putMeta("note", "a\tb");

        assertThat(submit(job.build()).getAllFields()).isNotEmpty();
    }

    @Test
    void an_answer_that_names_what_was_asked_for_stays_readable_however_long_that_is() {
        String id = "f".repeat(4000);
        String wide = "\u00e9".repeat(4000);

        assertThat(refusal(() -> server.jobs()
                                .getJob(GetJobRequest.newBuilder()
                                        .setJobId(wide)
                                        .build()))
                        .getStatus()
                        .getCode())
                .isEqualTo(Status.Code.NOT_FOUND);
        assertThat(refusal(() -> server.nodes()
                                .getNode(GetNodeRequest.newBuilder()
                                        .setNodeId(wide)
                                        .build()))
                        .getStatus()
                        .getCode())
                .isEqualTo(Status.Code.NOT_FOUND);
        assertThat(refusal(() -> server.allocations()
                                .getAllocation(GetAllocationRequest.newBuilder()
                                        .setAllocationId(id)
                                        .build()))
                        .getStatus()
                        .getCode())
                .isEqualTo(Status.Code.NOT_FOUND);
        assertThat(refusal(() -> server.jobs()
                                .getEvaluation(GetEvaluationRequest.newBuilder()
                                        .setEvaluationId(id)
                                        .build()))
                        .getStatus()
                        .getCode())
                .isEqualTo(Status.Code.NOT_FOUND);
        assertField(
                "job_id",
                () -> server.jobs()
                        .getJob(GetJobRequest.newBuilder()
                                .setJobId("x".repeat(100_000))
                                .build()));
        Job.Builder faulty = Job.newBuilder().setId(wide);
        for (int i = 0; i < 200; i++) {
            faulty.addTaskGroups(
                    TestJobs.job("x", "dc").getTaskGroups(0).toBuilder().setName("\u00e9".repeat(1000) + i));
        }
        assertThat(violations(refusal(() -> submit(faulty.build())))).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 864_000_001, 315_576_000_000L, 315_576_000_001L, Long.MAX_VALUE, Long.MIN_VALUE})
    void a_deadline_of_a_drain_beyond_its_range_is_an_invalid_argument(long seconds) {
        try (FakeNode node = FakeNode.in("dc-bounds", "bounds-drain").connect(server.channel())) {
            assertField(
                    "begin.deadline",
                    () -> server.nodes()
                            .drainNode(DrainNodeRequest.newBuilder()
                                    .setNodeId(node.id())
                                    .setBegin(DrainStrategy.newBuilder()
                                            .setDeadline(Duration.newBuilder().setSeconds(seconds)))
                                    .build()));
        }
    }

    @Test
    void streams_beyond_the_limit_of_a_connection_are_refused_and_calls_go_on() {
        AtomicInteger open = new AtomicInteger();
        Queue<Status> refused = new ConcurrentLinkedQueue<>();
        var context = io.grpc.Context.current().withCancellation();
        context.run(() -> {
            for (int i = 0; i < 1100; i++) {
                JobServiceGrpc.newStub(server.channel())
                        .watchJob(
                                WatchJobRequest.newBuilder()
                                        .setJobId("bounds-0")
                                        .build(),
                                new StreamObserver<>() {
                                    private boolean begun;

                                    @Override
                                    public void onNext(WatchJobResponse response) {
                                        if (!begun) {
                                            begun = true;
                                            open.incrementAndGet();
                                        }
                                    }

                                    @Override
                                    public void onError(Throwable failure) {
                                        refused.add(Status.fromThrowable(failure));
                                    }

                                    @Override
                                    public void onCompleted() {}
                                });
            }
        });
        try {
            eventually().until(() -> open.get() == 1024 && refused.size() == 76);
            assertThat(refused).allSatisfy(status -> {
                assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                assertThat(status.getDescription()).contains("1024 streams");
            });
            assertThat(server.cluster()
                            .withDeadlineAfter(30, TimeUnit.SECONDS)
                            .getStatus(GetStatusRequest.getDefaultInstance())
                            .getJobs())
                    .isNotNegative();
        } finally {
            context.cancel(null);
        }
        eventually().ignoreExceptions().until(() -> {
            Stream<WatchJobResponse> again = Stream.of(JobServiceGrpc.newBlockingStub(server.channel())
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .watchJob(WatchJobRequest.newBuilder().setJobId("bounds-0").build())
                    .next());
            return again.findFirst().isPresent();
        });
    }

    @Test
    void the_client_opens_a_further_connection_when_one_is_full_of_watches() throws Exception {
        List<Watch<WatchJobResponse>> watches = new ArrayList<>();
        try (GantryClient client =
                GantryClient.connect(HostPort.format(server.server().address()))) {
            for (int i = 0; i < 1100; i++) {
                watches.add(client.jobs().watch("bounds-0"));
            }
            for (Watch<WatchJobResponse> watch : watches) {
                assertThat(watch.poll(java.time.Duration.ofSeconds(30))).isPresent();
            }

            assertThat(client.jobs().get("bounds-1").getJob().getJob().getId()).isEqualTo("bounds-1");
        } finally {
            watches.forEach(Watch::close);
        }
    }

    private static Message submit(Job job) {
        return server.jobs().submitJob(TestJobs.submit(job));
    }

    private static void assertField(String field, Executable call) {
        assertThat(violations(refusal(call)))
                .extracting(FieldViolation::getField)
                .contains(field);
    }

    private static StatusRuntimeException refusal(Executable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call::execute);
    }

    private static List<FieldViolation> violations(StatusRuntimeException refusal) {
        assertThat(refusal.getStatus().getCode()).as("%s", refusal.getStatus()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        List<FieldViolation> found = new ArrayList<>();
        for (Any detail : StatusProto.fromThrowable(refusal).getDetailsList()) {
            try {
                found.addAll(detail.unpack(BadRequest.class).getFieldViolationsList());
            } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                throw new IllegalStateException(e);
            }
        }
        return found;
    }

    private static String encode(String fields) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(fields.getBytes(StandardCharsets.UTF_8));
    }

    private static FieldDescriptor field(MethodDescriptor<?, ?> method, String name) {
        return method.getType() == MethodType.UNARY
                ? request(method).getDescriptorForType().findFieldByName(name)
                : null;
    }

    private static Message request(MethodDescriptor<?, ?> method) {
        return (Message) ((PrototypeMarshaller<?>) method.getRequestMarshaller()).getMessagePrototype();
    }

    @SuppressWarnings("unchecked")
    private static void call(MethodDescriptor<?, ?> method, String field, String value) {
        Message request = request(method);
        Message filled = request.toBuilder()
                .setField(request.getDescriptorForType().findFieldByName(field), value)
                .build();
        ClientCalls.blockingUnaryCall(
                server.channel(),
                (MethodDescriptor<Message, Message>) method,
                CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS),
                filled);
    }
}
