package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.Message;
import dev.gantry.v1.AclServiceGrpc;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationServiceGrpc;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.AllocationUpdates;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.ClusterServiceGrpc;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.DiscoveryServiceGrpc;
import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.FileAnswer;
import dev.gantry.v1.FileInfo;
import dev.gantry.v1.FileListing;
import dev.gantry.v1.FileQuestion;
import dev.gantry.v1.Fingerprint;
import dev.gantry.v1.Heartbeat;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.ListAllocationsRequest;
import dev.gantry.v1.ListJobsRequest;
import dev.gantry.v1.ListNodesRequest;
import dev.gantry.v1.LogChunk;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import dev.gantry.v1.NodeServiceGrpc;
import dev.gantry.v1.NodeSessionServiceGrpc;
import dev.gantry.v1.Register;
import dev.gantry.v1.TaskActionResult;
import dev.gantry.v1.TemplateWatch;
import dev.gantry.v1.VariablesRequest;
import dev.gantry.v1.View;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Sends each call with each of its fields, at any depth, set to values that no honest client sends, one field at a
 * time. The calls are found by their descriptors, so that new calls are tested too.
 */
@Timeout(300)
class HostileCallsTest {

    private static final long DEADLINE_SECONDS = 60;

    /**
     * The statuses with which a server may answer wrong requests. A failure of the server and a missing answer are not
     * among them.
     */
    private static final Set<Status.Code> ANSWERS = EnumSet.of(
            Status.Code.OK,
            Status.Code.INVALID_ARGUMENT,
            Status.Code.NOT_FOUND,
            Status.Code.FAILED_PRECONDITION,
            Status.Code.ABORTED,
            Status.Code.PERMISSION_DENIED,
            Status.Code.RESOURCE_EXHAUSTED);

    @RegisterExtension
    private static final TestServer server = TestServer.extension();

    private static int prepared;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final String datacenter = "dc-" + ++prepared;
    private final String stranger = new UUID(prepared, prepared).toString();
    private FakeNode node;

    /** Existing ids by the names of the fields, so that requests are valid. */
    private Map<String, Object> known;

    /** Creates objects again that an earlier call may have destroyed. */
    @BeforeEach
    void prepare() {
        log.start();
        root().addAppender(log);
        node = FakeNode.in(datacenter, "node-" + datacenter).runningTasks().connect(server.channel());
        Job job = TestJobs.job("job-" + datacenter, datacenter);
        TestClient client = new TestClient(server);
        client.submit(job);
        Allocation allocation = client.awaitRunning(job.getId(), 1).get(0);
        node.log(allocation.getId(), "main").write("a line\n").end();
        known = Map.of(
                "job_id", job.getId(),
                "job", job,
                "allocation_id", allocation.getId(),
                "node_id", node.id(),
                "deployment_id", client.job(job.getId()).getDeployment().getId(),
                "evaluation_id", client.job(job.getId()).getEvaluation().getId(),
                "task", "main",
                "name", "a-service");
    }

    @AfterEach
    void the_log_has_no_failure_and_all_that_was_taken_in_can_be_listed() {
        node.close();
        assertThat(server.jobs()
                        .listJobs(ListJobsRequest.newBuilder()
                                .setView(View.VIEW_FULL)
                                .build())
                        .getJobsCount())
                .isPositive();
        assertThat(server.nodes()
                        .listNodes(ListNodesRequest.newBuilder()
                                .setView(View.VIEW_FULL)
                                .build())
                        .getNodesCount())
                .isPositive();
        assertThat(server.allocations()
                        .listAllocations(ListAllocationsRequest.newBuilder()
                                .setView(View.VIEW_FULL)
                                .build())
                        .getAllocationsCount())
                .isPositive();
        root().detachAppender(log);
        assertThat(List.copyOf(log.list))
                .filteredOn(
                        event -> event.getLevel().isGreaterOrEqual(Level.ERROR) || event.getThrowableProxy() != null)
                .extracting(HostileCallsTest::text)
                .isEmpty();
    }

    private static String text(ILoggingEvent event) {
        return event.getThrowableProxy() == null
                ? event.getFormattedMessage()
                : event.getFormattedMessage() + ": " + event.getThrowableProxy().getMessage();
    }

    static Stream<MethodDescriptor<?, ?>> calls() {
        return Stream.of(
                        JobServiceGrpc.getServiceDescriptor(),
                        AclServiceGrpc.getServiceDescriptor(),
                        AllocationServiceGrpc.getServiceDescriptor(),
                        NodeServiceGrpc.getServiceDescriptor(),
                        DiscoveryServiceGrpc.getServiceDescriptor(),
                        ClusterServiceGrpc.getServiceDescriptor())
                .flatMap(service -> service.getMethods().stream());
    }

    @ParameterizedTest
    @MethodSource("calls")
    void no_call_fails_the_server_or_goes_unanswered_whatever_one_of_its_fields_holds(MethodDescriptor<?, ?> call) {
        Message good = fill(((Message) ((PrototypeMarshaller<?>) call.getRequestMarshaller()).getMessagePrototype()));

        assertThat(end(call, good.getDefaultInstanceForType()).getCode()).isIn(ANSWERS);
        HostileValues.of(good).forEach((what, request) -> {
            Status status = end(call, request);
            assertThat(status.getCode())
                    .as("%s with %s: %s", call.getBareMethodName(), what, status)
                    .isIn(ANSWERS);
        });
    }

    @Test
    void no_registration_of_a_node_fails_the_server_or_goes_unanswered() {
        HostileValues.of(registration())
                .forEach((what, request) -> assertSession(what, List.of((ConnectRequest) request)));
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"REGISTER", "MESSAGE_NOT_SET"})
    void nothing_that_a_registered_node_says_fails_the_server_or_goes_unanswered(ConnectRequest.MessageCase kind) {
        assertSession("a registration", List.of(registration()));
        TestClient client = new TestClient(server);
        String jobId = "strange-" + datacenter;
        client.submit(TestJobs.job(jobId, "strange-" + datacenter));
        eventually().until(() -> !client.allocations(jobId).isEmpty());

        HostileValues.of(word(kind, client.allocations(jobId).get(0).getId()))
                .forEach((what, word) -> assertSession(what, List.of(registration(), (ConnectRequest) word)));
    }

    private static ConnectRequest word(ConnectRequest.MessageCase kind, String allocationId) {
        ConnectRequest.Builder word = ConnectRequest.newBuilder();
        return switch (kind) {
            case HEARTBEAT -> word.setHeartbeat(Heartbeat.getDefaultInstance()).build();
            case FINGERPRINT ->
                word.setFingerprint(Fingerprint.newBuilder().setResources(resources()))
                        .build();
            case ALLOCATION_UPDATES ->
                word.setAllocationUpdates(AllocationUpdates.newBuilder()
                                .setSequence(1)
                                .addUpdates(AllocationUpdate.newBuilder()
                                        .setAllocationId(allocationId)
                                        .setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)))
                        .build();
            case LOG_CHUNK ->
                word.setLogChunk(LogChunk.newBuilder().setRequestId(1)).build();
            case VARIABLES_REQUEST ->
                word.setVariablesRequest(VariablesRequest.newBuilder()
                                .setRequestId(1)
                                .setAllocationId(allocationId)
                                .setTask("main"))
                        .build();
            case TEMPLATE_WATCH ->
                word.setTemplateWatch(TemplateWatch.newBuilder()
                                .setAllocationId(allocationId)
                                .setTask("main"))
                        .build();
            case TASK_ACTION_RESULT ->
                word.setTaskActionResult(
                                TaskActionResult.newBuilder().setRequestId(1).addTasks("main"))
                        .build();
            case FILE_ANSWER ->
                word.setFileAnswer(FileAnswer.newBuilder().setRequestId(1).addFiles(FileInfo.getDefaultInstance()))
                        .build();
            case DATA_QUESTION ->
                word.setDataQuestion(FileQuestion.newBuilder()
                                .setRequestId(1)
                                .setAllocationId(allocationId)
                                .setPath("alloc/data")
                                .setList(FileListing.newBuilder().setLimit(1)))
                        .build();
            case REGISTER, MESSAGE_NOT_SET ->
                throw new IllegalArgumentException("No word after a registration: " + kind);
        };
    }

    private static NodeResources resources() {
        return NodeResources.newBuilder()
                .setCpu(4_000)
                .setMemoryMib(4_000)
                .setDiskMib(4_000)
                .setIp("127.0.0.1")
                .setMinDynamicPort(20_000)
                .setMaxDynamicPort(20_099)
                .build();
    }

    private ConnectRequest registration() {
        return ConnectRequest.newBuilder()
                .setRegister(Register.newBuilder()
                        .setSecret("secret")
                        .setNode(Node.newBuilder()
                                .setId(stranger)
                                .setName("stranger-" + datacenter)
                                .setDatacenter("strange-" + datacenter)
                                .putAttributes("kernel.name", "linux")
                                .putAttributes("driver.rkt", "1")
                                .putAttributes("driver.rkt.version", "1.30.0")
                                .putDrivers(
                                        "rkt",
                                        DriverHealth.newBuilder()
                                                .setHealthy(true)
                                                .build())
                                .setResources(resources())))
                .build();
    }

    private static void assertSession(String what, List<ConnectRequest> words) {
        Status status = end(NodeSessionServiceGrpc.getConnectMethod(), words);
        assertThat(status.getCode()).as("a session with %s: %s", what, status).isIn(ANSWERS);
    }

    private Message fill(Message request) {
        Message.Builder filled = request.toBuilder();
        request.getDescriptorForType().getFields().forEach(field -> {
            Object value = known.get(field.getName());
            if (value != null && !field.isRepeated()) {
                filled.setField(field, value);
            }
        });
        return filled.build();
    }

    @SuppressWarnings("unchecked")
    private static Status end(MethodDescriptor<?, ?> method, Message request) {
        return end((MethodDescriptor<Message, Message>) method, List.of(request));
    }

    /** How a call ends; a stream of answers that has begun is as good as ended, and is left. */
    private static <Q, A> Status end(MethodDescriptor<Q, A> method, List<Q> requests) {
        CompletableFuture<Status> end = new CompletableFuture<>();
        ClientCall<Q, A> call = server.channel()
                .newCall(method, CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS));
        boolean endsByItself = method.getType() != MethodType.SERVER_STREAMING;
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(A message) {
                        if (!endsByItself) {
                            end.complete(Status.OK);
                        }
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(status);
                    }
                },
                new Metadata());
        call.request(Integer.MAX_VALUE);
        requests.forEach(call::sendMessage);
        call.halfClose();
        Status status = end.orTimeout(2 * DEADLINE_SECONDS, TimeUnit.SECONDS).join();
        call.cancel("The test has seen enough", null);
        return status;
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }
}
