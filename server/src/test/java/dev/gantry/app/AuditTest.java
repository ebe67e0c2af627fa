package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.gantry.audit.AuditOptions;
import dev.gantry.files.DurableFile;
import dev.gantry.v1.AclCapability;
import dev.gantry.v1.AclJobRule;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclServiceGrpc;
import dev.gantry.v1.AclTokenType;
import dev.gantry.v1.AllocationServiceGrpc;
import dev.gantry.v1.ApplyAclPolicyRequest;
import dev.gantry.v1.AuditState;
import dev.gantry.v1.BootstrapAclRequest;
import dev.gantry.v1.ClusterServiceGrpc;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.CreateAclTokenRequest;
import dev.gantry.v1.CreateAclTokenResponse;
import dev.gantry.v1.DeleteAclTokenRequest;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetJobResponse;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.GetStatusResponse;
import dev.gantry.v1.IssueNodeCertificateRequest;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.JobServiceGrpc.JobServiceBlockingStub;
import dev.gantry.v1.ListJobsRequest;
import dev.gantry.v1.NodeCertificateServiceGrpc;
import dev.gantry.v1.PutVariableRequest;
import dev.gantry.v1.StopAllocationRequest;
import dev.gantry.v1.StreamLogsRequest;
import dev.gantry.v1.SubmitJobRequest;
import dev.gantry.v1.VariableServiceGrpc;
import dev.gantry.v1.VariablesRequest;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests what a server that asks for tokens records of its calls. Its audit log is durable and required. */
@Timeout(120)
class AuditTest {

    private static final Path PAGE = Path.of("../docs/security.md");
    private static final Pattern FIELD = Pattern.compile("\\| `([a-z_]+)` \\| .+ \\|");

    @TempDir
    private Path dir;

    @RegisterExtension
    private final TestServer server =
            TestServer.closedExtension().recording(unused -> new AuditOptions(makeFile(), 1 << 20, 4, true, true));

    private final FakeNode node = FakeNode.in("dc1", "one").runningTasks();

    @AfterEach
    void stop() {
        node.close();
    }

    private Path file() {
        return dir.resolve("audit").resolve("calls.log");
    }

    /** Returns the file, in a directory that a test can move away. */
    private Path makeFile() {
        try {
            return Files.createDirectories(file().getParent()).resolve(file().getFileName());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void a_change_is_recorded_on_disk_before_it_is_answered() throws IOException {
        jobs().submitJob(submit("web").toBuilder().setRequestId("r-1").build());

        List<JsonObject> lines = of("JobService/SubmitJob");
        assertThat(lines).extracting(line -> text(line, "stage")).containsExactly("begun", "ended");
        JsonObject end = lines.get(1);
        assertThat(text(end, "rpc")).isEqualTo("gantry.v1.JobService/SubmitJob");
        assertThat(text(end, "call_id")).isEqualTo(text(lines.get(0), "call_id"));
        assertThat(text(end, "accessor_id")).hasSize(36);
        assertThat(text(end, "token_name")).isEqualTo("first start");
        assertThat(text(end, "token_type")).isEqualTo("management");
        assertThat(text(end, "peer")).startsWith("127.0.0.1:");
        assertThat(end.getAsJsonObject("object").get("job_id").getAsString()).isEqualTo("web");
        assertThat(end.getAsJsonObject("object").get("evaluation_id").getAsString())
                .hasSize(36);
        assertThat(text(end, "request_id")).isEqualTo("r-1");
        assertThat(text(end, "status")).isEqualTo("OK");
        assertThat(end.has("reason")).isFalse();
        assertThat(end.get("duration_ms").getAsLong()).isBetween(0L, 120_000L);
    }

    @Test
    void a_plain_read_is_recorded_only_if_its_caller_is_refused() throws IOException {
        var unused = jobs().listJobs(ListJobsRequest.getDefaultInstance());
        fails(Status.Code.NOT_FOUND, () -> jobs(management()).getJob(getJob("none")));
        fails(Status.Code.UNAUTHENTICATED, () -> jobs(server.channel()).listJobs(ListJobsRequest.getDefaultInstance()));
        fails(
                Status.Code.UNAUTHENTICATED,
                () -> jobs(server.channel("gantry_wrong")).getJob(getJob("web")));
        Channel lister = client(AclCapability.ACL_CAPABILITY_LIST);
        fails(Status.Code.PERMISSION_DENIED, () -> jobs(lister).getJob(getJob("web")));

        assertThat(lines().stream()
                        .filter(line -> text(line, "rpc").contains("JobService"))
                        .map(line -> text(line, "rpc") + " " + text(line, "status")))
                .containsExactlyInAnyOrder(
                        "gantry.v1.JobService/ListJobs UNAUTHENTICATED",
                        "gantry.v1.JobService/GetJob UNAUTHENTICATED",
                        "gantry.v1.JobService/GetJob PERMISSION_DENIED");
        JsonObject denied = last("JobService/GetJob");
        assertThat(text(denied, "token_name")).isEqualTo("limited");
        assertThat(denied.getAsJsonObject("object").get("job_id").getAsString()).isEqualTo("web");
        assertThat(text(denied, "reason")).contains("lacks the capability read on job \"web\"");
    }

    @Test
    void who_joins_who_is_refused_and_who_leaves_is_recorded_of_nodes() throws IOException {
        FakeNode stranger = FakeNode.in("dc1", "stranger");
        stranger.connect(server.channel(), stranger.headers(Optional.empty()));
        node.connect(server.channel(), node.headers(Optional.of(server.joinToken())));
        node.drop();

        eventually().until(() -> of("NodeSessionService/Connect").size() == 3);
        List<JsonObject> lines = of("NodeSessionService/Connect");
        assertThat(lines)
                .extracting(line -> text(line, "stage") + " "
                        + line.getAsJsonObject("object").get("node_id").getAsString())
                .containsExactly("ended " + stranger.id(), "begun " + node.id(), "ended " + node.id());
        assertThat(text(lines.get(0), "status")).isEqualTo("UNAUTHENTICATED");
        assertThat(text(lines.get(0), "reason")).contains("has brought no join token");
        assertThat(lines.get(1).getAsJsonObject("object").get("node_name").getAsString())
                .isEqualTo("one");
        assertThat(text(lines.get(1), "token_type")).isEqualTo("join");
        assertThat(text(lines.get(2), "status")).isEqualTo("CANCELLED");
    }

    @Test
    void the_beginning_and_the_end_of_a_stream_of_logs_are_recorded_with_the_whole_id_and_the_job() throws IOException {
        String allocation = run("web");
        node.log(allocation, "main").write("one\n").end();
        Channel reader = client(AclCapability.ACL_CAPABILITY_LOGS, AclCapability.ACL_CAPABILITY_STOP);

        AllocationServiceGrpc.newBlockingStub(reader)
                .streamLogs(StreamLogsRequest.newBuilder()
                        .setAllocationId(allocation.substring(0, 8))
                        .build())
                .forEachRemaining(chunk -> {});
        var unused = AllocationServiceGrpc.newBlockingStub(reader)
                .stopAllocation(StopAllocationRequest.newBuilder()
                        .setAllocationId(allocation.substring(0, 8))
                        .build());

        eventually().until(() -> of("AllocationService/StreamLogs").size() == 2);
        List<JsonObject> lines = of("AllocationService/StreamLogs");
        lines.add(last("AllocationService/StopAllocation"));
        assertThat(lines).extracting(line -> text(line, "stage")).containsExactly("begun", "ended", "ended");
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.getAsJsonObject("object").get("allocation_id").getAsString())
                    .isEqualTo(allocation);
            assertThat(line.getAsJsonObject("object").get("job_id").getAsString())
                    .isEqualTo("web");
        });
    }

    @Test
    void what_a_node_reads_of_variables_is_recorded_before_the_node_has_it_and_so_is_a_refusal() throws IOException {
        var unused = VariableServiceGrpc.newBlockingStub(management())
                .putVariable(PutVariableRequest.newBuilder()
                        .setPath("jobs/web")
                        .putItems("db", "swordfish")
                        .build());
        node.connect(server.channel(), node.headers(Optional.of(server.joinToken())));
        Job.Builder job = TestJobs.job("web", "dc1").toBuilder();
        job.getTaskGroupsBuilder(0).getTasksBuilder(0).putEnv("DB", "${var.jobs/web.db}${var.jobs/web/none.key}");
        var unusedToo = jobs().submitJob(TestJobs.submit(job.build()));
        eventually().until(() -> node.session().toRun().size() == 1);
        String allocation = node.session().toRun().get(0).getId();

        node.session().send(asks(1, allocation));
        node.session().send(asks(2, "of-another-node"));
        eventually().until(() -> node.session().variables().size() == 2);

        List<JsonObject> lines = of("NodeSessionService/Connect");
        assertThat(lines).extracting(line -> text(line, "stage")).containsExactlyInAnyOrder("begun", "read", "read");
        assertThat(lines).extracting(line -> text(line, "call_id")).containsOnly(text(lines.get(0), "call_id"));
        assertThat(lines)
                .anySatisfy(line -> {
                    assertThat(line.getAsJsonObject("object").toString())
                            .contains("\"node_id\":\"%s\"".formatted(node.id()), "\"allocation_id\":\"" + allocation)
                            .contains("\"task\":\"main\"", "\"path\":\"jobs/web\"");
                    assertThat(text(line, "status")).isEqualTo("OK");
                })
                .anySatisfy(line -> {
                    assertThat(line.getAsJsonObject("object").toString())
                            .contains("\"allocation_id\":\"of-another-node\"")
                            .doesNotContain("path");
                    assertThat(text(line, "status")).isEqualTo("FAILED_PRECONDITION");
                    assertThat(text(line, "reason")).contains("has no task \"main\" to start on this node");
                });
        assertThat(Files.readString(file())).doesNotContain("swordfish");
    }

    private static ConnectRequest asks(long id, String allocation) {
        return ConnectRequest.newBuilder()
                .setVariablesRequest(VariablesRequest.newBuilder()
                        .setRequestId(id)
                        .setAllocationId(allocation)
                        .setTask("main"))
                .build();
    }

    @Test
    void a_call_that_needs_no_token_has_begun_only_once_its_caller_has_proved_who_it_is() throws IOException {
        FakeNode stranger = FakeNode.in("dc1", "stranger");
        String proof = "x".repeat(40);
        Path file = server.directory().resolve("server/bootstrap");

        fails(Status.Code.UNAUTHENTICATED, () -> issue(stranger.headers(Optional.empty())));
        fails(Status.Code.FAILED_PRECONDITION, () -> issue(stranger.headers(Optional.of(server.joinToken()))));
        fails(Status.Code.PERMISSION_DENIED, () -> bootstrap(proof));
        DurableFile.create(file, proof.getBytes(StandardCharsets.UTF_8), DurableFile.OWNER_ONLY);
        bootstrap(proof);

        assertThat(of("NodeCertificateService/IssueNodeCertificate"))
                .extracting(line -> text(line, "stage"))
                .containsExactly("ended", "begun", "ended");
        assertThat(of("AclService/BootstrapAcl"))
                .extracting(line -> text(line, "stage") + text(line, "status"))
                .containsExactly("endedPERMISSION_DENIED", "begun", "endedOK");
    }

    private void issue(Metadata headers) {
        var unused = NodeCertificateServiceGrpc.newBlockingStub(server.channel())
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .issueNodeCertificate(IssueNodeCertificateRequest.newBuilder()
                        .setNodeName("stranger")
                        .build());
    }

    private void bootstrap(String proof) {
        var unused = AclServiceGrpc.newBlockingStub(server.channel())
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .bootstrapAcl(BootstrapAclRequest.newBuilder().setProof(proof).build());
    }

    @Test
    void no_secret_is_in_the_file() throws IOException {
        String hidden = "swordfish-1234";
        Job job = TestJobs.job("web", "dc1");
        Job invalid = job.toBuilder()
                .setTaskGroups(
                        0,
                        job.getTaskGroups(0).toBuilder()
                                .setTasks(
                                        0,
                                        job.getTaskGroups(0).getTasks(0).toBuilder()
                                                .putEnv("PASSWORD", hidden)
                                                .setDriver(hidden)))
                .build();
        fails(
                Status.Code.INVALID_ARGUMENT,
                () -> jobs().submitJob(
                                SubmitJobRequest.newBuilder().setJob(invalid).build()));
        CreateAclTokenResponse made = acl().createAclToken(CreateAclTokenRequest.newBuilder()
                .setName("ci")
                .setType(AclTokenType.ACL_TOKEN_TYPE_MANAGEMENT)
                .build());
        fails(
                Status.Code.NOT_FOUND,
                () -> acl().deleteAclToken(DeleteAclTokenRequest.newBuilder()
                        .setAccessorId(made.getSecret())
                        .build()));
        fails(
                Status.Code.NOT_FOUND,
                () -> AllocationServiceGrpc.newBlockingStub(management())
                        .stopAllocation(StopAllocationRequest.newBuilder()
                                .setAllocationId(made.getSecret())
                                .build()));

        JsonObject created = last("AclService/CreateAclToken");
        assertThat(created.getAsJsonObject("object").get("accessor_id").getAsString())
                .isEqualTo(made.getToken().getAccessorId());
        assertThat(text(last("JobService/SubmitJob"), "reason")).isEqualTo("Invalid: task_groups[0].tasks[0].driver");
        assertThat(Files.readString(file()))
                .contains("DeleteAclToken", "StopAllocation")
                .doesNotContain(hidden, made.getSecret().substring(0, 20), server.managementToken());
    }

    @Test
    void calls_that_cannot_be_recorded_are_refused_until_they_can_be_and_reads_and_nodes_are_not() throws IOException {
        node.connect(server.channel(), node.headers(Optional.of(server.joinToken())));
        Path away = dir.resolve("away");
        Files.move(file().getParent(), away);

        assertThatThrownBy(() -> jobs().submitJob(submit("web")))
                .isInstanceOfSatisfying(StatusRuntimeException.class, refusal -> {
                    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                    assertThat(refusal.getStatus().getDescription())
                            .contains("NoSuchFileException", "was not carried out", "--audit-required");
                });
        fails(Status.Code.NOT_FOUND, () -> jobs().getJob(getJob("web")));
        GetStatusResponse status = status();
        assertThat(status.getAuditState()).isEqualTo(AuditState.AUDIT_STATE_FAILING);
        assertThat(status.getAuditLinesLost()).isPositive();
        assertThat(node.session().isOpen()).isTrue();

        Files.move(away, file().getParent());
        jobs().submitJob(submit("web"));
        assertThat(status().getAuditState()).isEqualTo(AuditState.AUDIT_STATE_RECORDING);
        assertThat(lines()).extracting(line -> text(line, "stage")).contains("gap");
    }

    @Test
    void the_page_describes_each_field() throws IOException {
        who_joins_who_is_refused_and_who_leaves_is_recorded_of_nodes();
        a_change_is_recorded_on_disk_before_it_is_answered();
        Path away = dir.resolve("away");
        Files.move(file().getParent(), away);
        fails(Status.Code.UNAVAILABLE, () -> jobs().submitJob(submit("web")));
        Files.move(away, file().getParent());
        var unused = jobs().submitJob(submit("web"));

        Set<String> used =
                lines().stream().flatMap(line -> line.keySet().stream()).collect(Collectors.toCollection(TreeSet::new));
        // Only over TLS: TlsServerTest.
        used.add("certificate");
        assertThat(documented()).containsExactlyInAnyOrderElementsOf(used);
    }

    /** Returns the fields in the table of the page's section on the audit log. */
    private static List<String> documented() throws IOException {
        String page = Files.readString(PAGE);
        String section = page.substring(page.indexOf("\n## Audit log\n") + 1);
        int end = section.indexOf("\n## ");
        Stream<String> lines = (end < 0 ? section : section.substring(0, end)).lines();
        return lines.map(FIELD::matcher)
                .filter(Matcher::matches)
                .map(row -> row.group(1))
                .toList();
    }

    private String run(String jobId) throws IOException {
        node.connect(server.channel(), node.headers(Optional.of(server.joinToken())));
        var unused = jobs().submitJob(submit(jobId));
        GetJobResponse running =
                eventually().until(() -> jobs().getJob(getJob(jobId)), job -> job.getAllocationsCount() > 0);
        return running.getAllocations(0).getId();
    }

    private GetStatusResponse status() throws IOException {
        return ClusterServiceGrpc.newBlockingStub(management())
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .getStatus(GetStatusRequest.getDefaultInstance());
    }

    private Channel client(AclCapability... capabilities) throws IOException {
        acl().applyAclPolicy(ApplyAclPolicyRequest.newBuilder()
                .setPolicy(AclPolicy.newBuilder()
                        .setName("limited")
                        .addJobs(AclJobRule.newBuilder().setJobGlob("web").addAllCapabilities(List.of(capabilities))))
                .build());
        return server.channel(acl().createAclToken(CreateAclTokenRequest.newBuilder()
                        .setName("limited")
                        .setType(AclTokenType.ACL_TOKEN_TYPE_CLIENT)
                        .addPolicies("limited")
                        .build())
                .getSecret());
    }

    private static void fails(Status.Code code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode())
                                .as("%s", failure.getMessage())
                                .isEqualTo(code));
    }

    private Channel management() throws IOException {
        return server.channel(server.managementToken());
    }

    private JobServiceBlockingStub jobs() throws IOException {
        return jobs(management());
    }

    private static JobServiceBlockingStub jobs(Channel channel) {
        return JobServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
    }

    private AclServiceGrpc.AclServiceBlockingStub acl() throws IOException {
        return AclServiceGrpc.newBlockingStub(management()).withDeadlineAfter(30, TimeUnit.SECONDS);
    }

    private static SubmitJobRequest submit(String jobId) {
        return TestJobs.submit(TestJobs.job(jobId, "dc1"));
    }

    private static GetJobRequest getJob(String jobId) {
        return GetJobRequest.newBuilder().setJobId(jobId).build();
    }

    private List<JsonObject> of(String rpc) {
        return lines().stream().filter(line -> text(line, "rpc").endsWith(rpc)).collect(Collectors.toList());
    }

    private JsonObject last(String rpc) {
        List<JsonObject> all = of(rpc);
        return all.get(all.size() - 1);
    }

    private List<JsonObject> lines() {
        try {
            return Files.readAllLines(file()).stream()
                    .map(line -> JsonParser.parseString(line).getAsJsonObject())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(JsonObject line, String field) {
        return line.has(field) ? line.get(field).getAsString() : "";
    }
}
