package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import dev.gantry.v1.AclCapability;
import dev.gantry.v1.AclJobFeature;
import dev.gantry.v1.AclJobRule;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclServiceGrpc;
import dev.gantry.v1.AclServiceGrpc.AclServiceBlockingStub;
import dev.gantry.v1.AclTokenType;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationServiceGrpc;
import dev.gantry.v1.ApplyAclPolicyRequest;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.CreateAclTokenRequest;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.DiscoveryServiceGrpc;
import dev.gantry.v1.FailDeploymentRequest;
import dev.gantry.v1.GetAllocationRequest;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetServiceRequest;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobRefusal;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.JobServiceGrpc.JobServiceBlockingStub;
import dev.gantry.v1.ListAllocationsRequest;
import dev.gantry.v1.ListDeploymentsRequest;
import dev.gantry.v1.ListJobsRequest;
import dev.gantry.v1.ListJobsResponse;
import dev.gantry.v1.PlanJobRequest;
import dev.gantry.v1.RevertJobRequest;
import dev.gantry.v1.SubmitJobRequest;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.UpdateStrategy;
import dev.gantry.v1.ValidateJobRequest;
import dev.gantry.v1.ValidateJobResponse;
import dev.gantry.v1.View;
import dev.gantry.v1.WatchJobRequest;
import dev.gantry.v1.WatchJobResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests what holders of tokens see and may do with jobs of their own and of others. */
@Timeout(120)
class AccessFlowTest {

    private static final AclJobRule OWN = AclJobRule.newBuilder()
            .setJobGlob("own-*")
            .addCapabilities(AclCapability.ACL_CAPABILITY_LIST)
            .addCapabilities(AclCapability.ACL_CAPABILITY_READ)
            .addCapabilities(AclCapability.ACL_CAPABILITY_PLAN)
            .addCapabilities(AclCapability.ACL_CAPABILITY_SUBMIT)
            .build();

    @RegisterExtension
    private final TestServer server = TestServer.closedExtension();

    private Channel management;
    private Channel team;
    private FakeNode node;

    @BeforeEach
    void makeToken() throws IOException {
        management = server.channel(server.managementToken());
        node = FakeNode.in("dc1", "one").runningTasks();
        node.connect(server.channel(), node.headers(Optional.of(server.joinToken())));
        AclServiceBlockingStub acl = AclServiceGrpc.newBlockingStub(management);
        allow(OWN);
        team = server.channel(acl.createAclToken(CreateAclTokenRequest.newBuilder()
                        .setType(AclTokenType.ACL_TOKEN_TYPE_CLIENT)
                        .addPolicies("team")
                        .build())
                .getSecret());
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void a_job_of_others_is_answered_like_one_that_does_not_exist() {
        submit(management, TestJobs.job("secret", "dc1"));
        String allocation = eventually()
                .until(
                        () -> AllocationServiceGrpc.newBlockingStub(management)
                                .listAllocations(ListAllocationsRequest.getDefaultInstance())
                                .getAllocationsList(),
                        found -> !found.isEmpty())
                .get(0)
                .getId();

        Status absent = refusal(() -> get(management, "absent"));
        assertThat(absent.getDescription()).startsWith("No job \"absent\"");
        assertThat(refusal(() -> get(team, "secret")).getDescription())
                .isEqualTo(absent.getDescription().replace("absent", "secret"));
        for (String id : List.of(allocation, allocation.substring(0, 8))) {
            Status status = refusal(() -> allocation(team, id));
            assertThat(status.getCode()).isEqualTo(Status.Code.NOT_FOUND);
            String unknown = "0".repeat(id.length());
            assertThat(status.getDescription())
                    .isEqualTo(refusal(() -> allocation(management, unknown))
                            .getDescription()
                            .replace(unknown, id));
        }
        assertThat(AllocationServiceGrpc.newBlockingStub(team)
                        .listAllocations(ListAllocationsRequest.newBuilder()
                                .setJobId("secret")
                                .build())
                        .getAllocationsList())
                .isEmpty();
        assertThat(jobs(team)
                        .listDeployments(ListDeploymentsRequest.getDefaultInstance())
                        .getDeploymentsList())
                .isEmpty();
        assertThat(DiscoveryServiceGrpc.newBlockingStub(team)
                        .getService(GetServiceRequest.newBuilder()
                                .setName("secret-web-main")
                                .build())
                        .getInstancesList())
                .isEmpty();
    }

    @Test
    void a_short_beginning_of_an_id_tells_nothing_of_the_ids_of_others() {
        submit(management, TestJobs.job("own-1", "dc1"));
        String own = allocationOf("own-1");
        submit(management, TestJobs.job("secret-1", "dc1"));
        submit(management, TestJobs.job("secret-2", "dc1"));
        allocationOf("secret-2");

        assertThat(allocation(team, own.substring(0, 8)).getId()).isEqualTo(own);
        for (String beginning : List.of(own.substring(0, 4), own.substring(0, 7), "ffffff")) {
            Status status = refusal(() -> allocation(team, beginning));
            assertThat(status.getCode()).as(beginning).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(status.getDescription()).contains("\"%s\" is too short: give 8".formatted(beginning));
        }
        assertThat(allocation(management, own.substring(0, 8)).getId()).isEqualTo(own);
        assertThat(allocation(management, own.substring(0, 4)).getId()).isEqualTo(own);
    }

    @Test
    void a_request_id_that_others_have_used_does_not_tell_for_which_job() {
        jobs(management)
                .submitJob(SubmitJobRequest.newBuilder()
                        .setJob(TestJobs.job("secret", "dc2"))
                        .setRequestId("deploy-1")
                        .build());

        Status status = refusal(() -> jobs(team)
                .submitJob(SubmitJobRequest.newBuilder()
                        .setJob(TestJobs.job("own-1", "dc2"))
                        .setRequestId("deploy-1")
                        .build()));

        assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(status.getDescription()).contains("request_id \"deploy-1\"").doesNotContain("secret");
    }

    @Test
    void a_page_is_filled_with_what_may_be_shown() {
        for (int i = 0; i < 20; i++) {
            submit(management, TestJobs.job((i % 2 == 0 ? "hidden-" : "own-") + i, "dc2"));
        }

        List<String> seen = new ArrayList<>();
        ListJobsRequest.Builder request = ListJobsRequest.newBuilder().setPageSize(4);
        do {
            ListJobsResponse page = jobs(team).listJobs(request.build());
            assertThat(page.getJobsCount()).isEqualTo(Math.min(4, 10 - seen.size()));
            page.getJobsList().forEach(job -> seen.add(job.getJob().getId()));
            request.setPageToken(page.getNextPageToken());
        } while (!request.getPageToken().isEmpty());

        assertThat(seen)
                .containsExactlyElementsOf(IntStream.range(0, 20)
                        .filter(i -> i % 2 == 1)
                        .mapToObj(i -> "own-" + i)
                        .sorted()
                        .toList());
    }

    @Test
    void a_page_that_ends_at_a_hidden_job_has_a_token_that_does_not_name_it() {
        for (int i = 0; i < 45; i++) {
            submit(
                    management,
                    TestJobs.job("hidden-%02d".formatted(i), "dc2").toBuilder()
                            .putAllMeta(TestJobs.meta(900_000))
                            .build());
        }
        submit(management, TestJobs.job("own-1", "dc2"));

        ListJobsResponse first = jobs(team).listJobs(ListJobsRequest.getDefaultInstance());

        assertThat(first.getJobsList()).isEmpty();
        assertThat(first.getNextPageToken()).startsWith("~");
        ListJobsResponse second = jobs(team)
                .listJobs(ListJobsRequest.newBuilder()
                        .setPageToken(first.getNextPageToken())
                        .build());
        assertThat(second.getJobsList())
                .extracting(record -> record.getJob().getId())
                .containsExactly("own-1");
        String damaged = first.getNextPageToken().replaceFirst(".$", "A") + "A";
        assertThat(refusal(() -> jobs(team)
                                .listJobs(ListJobsRequest.newBuilder()
                                        .setPageToken(damaged)
                                        .build()))
                        .getCode())
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void whole_jobs_are_listed_only_for_those_who_may_read_them() {
        submit(
                management,
                TestJobs.job("own-1", "dc2").toBuilder().putMeta("a", "b").build());
        ListJobsRequest request =
                ListJobsRequest.newBuilder().setView(View.VIEW_FULL).build();
        assertThat(jobs(team).listJobs(request).getJobs(0).getJob().getMetaMap())
                .isNotEmpty();

        allow(OWN.toBuilder()
                .clearCapabilities()
                .addCapabilities(AclCapability.ACL_CAPABILITY_LIST)
                .build());

        JobRecord basic = jobs(team).listJobs(request).getJobs(0);
        assertThat(basic.getJob().getId()).isEqualTo("own-1");
        assertThat(basic.getJob().getMetaMap()).isEmpty();
    }

    @Test
    void a_change_of_a_policy_ends_open_streams() {
        submit(team, TestJobs.job("own-1", "dc2"));
        Iterator<WatchJobResponse> watch = jobs(team)
                .watchJob(WatchJobRequest.newBuilder().setJobId("own-1").build());
        assertThat(watch.next().getJob().getJob().getId()).isEqualTo("own-1");

        allow(AclJobRule.newBuilder().setJobGlob("other").build());

        StatusRuntimeException end =
                catchThrowableOfType(StatusRuntimeException.class, () -> watch.forEachRemaining(message -> {}));
        assertThat(end.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    }

    @Test
    void denied_features_are_refused_with_each_field_and_planned_with_the_policy() {
        Job job = TestJobs.job("own-1", "dc2");
        submit(management, job);
        submit(management, job.toBuilder().putMeta("a", "b").build());
        allow(OWN.toBuilder()
                .addDeniedFeatures(AclJobFeature.ACL_JOB_FEATURE_ROOT)
                .build());
        String user = "task_groups[0].tasks[0].user";
        String group = "task_groups[0].tasks[0].config.group";

        for (Runnable call : List.<Runnable>of(
                () -> submit(team, job),
                () -> jobs(team)
                        .revertJob(RevertJobRequest.newBuilder()
                                .setJobId("own-1")
                                .setVersion(0)
                                .build()))) {
            StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, call::run);
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
            assertThat(fields(refused)).containsExactly(user, group);
            assertThat(refused.getStatus().getDescription()).contains("root is denied by policy team");
        }
        assertThat(jobs(team)
                        .planJob(PlanJobRequest.newBuilder().setJob(job).build())
                        .getRefusalsList())
                .extracting(JobRefusal::getField, JobRefusal::getFeature, JobRefusal::getPoliciesList)
                .containsExactly(
                        tuple(user, AclJobFeature.ACL_JOB_FEATURE_ROOT, List.of("team")),
                        tuple(group, AclJobFeature.ACL_JOB_FEATURE_ROOT, List.of("team")));
        ValidateJobRequest validate =
                ValidateJobRequest.newBuilder().setJob(job).build();
        assertThat(jobs(team).validateJob(validate).getRefusalsList())
                .extracting(JobRefusal::getField)
                .containsExactly(user, group);
        assertThat(jobs(management).validateJob(validate)).isEqualTo(ValidateJobResponse.getDefaultInstance());
        assertThat(jobs(management)
                        .planJob(PlanJobRequest.newBuilder().setJob(job).build())
                        .getRefusalsList())
                .isEmpty();
        Job modest = job.toBuilder()
                .setTaskGroups(
                        0,
                        job.getTaskGroups(0).toBuilder()
                                .setTasks(
                                        0,
                                        job.getTaskGroups(0).getTasks(0).toBuilder()
                                                .setUser("1000")
                                                .setConfig(job.getTaskGroups(0).getTasks(0).getConfig().toBuilder()
                                                        .putFields("group", TestJobs.text("1000")))))
                .build();
        submit(team, modest);
    }

    @Test
    void a_deployment_is_not_failed_if_that_brings_back_a_job_that_uses_what_is_denied() {
        TaskGroup group = TestJobs.job("own-1", "dc1").getTaskGroups(0).toBuilder()
                .setUpdate(UpdateStrategy.newBuilder().setAutoRevert(true))
                .build();
        Job root = TestJobs.job("own-1", "dc1", group.toBuilder());
        submit(management, root);
        node.reportHealth(running("own-1", 0), true);
        awaitDeployment("own-1", 0, DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
        submit(management, root.toBuilder().putMeta("version", "1").build());
        String deployment = awaitDeployment("own-1", 1, DeploymentStatus.DEPLOYMENT_STATUS_RUNNING);
        allow(OWN.toBuilder()
                .addDeniedFeatures(AclJobFeature.ACL_JOB_FEATURE_HOST_NETWORK)
                .build());
        FailDeploymentRequest fail =
                FailDeploymentRequest.newBuilder().setDeploymentId(deployment).build();

        StatusRuntimeException refused = catchThrowableOfType(
                StatusRuntimeException.class, () -> jobs(team).failDeployment(fail));

        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(fields(refused)).containsExactly("task_groups[0].tasks[0].config.net[0]");
        awaitDeployment("own-1", 1, DeploymentStatus.DEPLOYMENT_STATUS_RUNNING);
        assertThat(jobs(management).failDeployment(fail).getRevertedTo()).isZero();
        assertThat(jobs(management)
                        .getJob(GetJobRequest.newBuilder().setJobId("own-1").build())
                        .getJob()
                        .getVersion())
                .isEqualTo(2);
    }

    private String running(String jobId, long version) {
        return eventually()
                .until(
                        () -> jobs(management)
                                .getJob(GetJobRequest.newBuilder()
                                        .setJobId(jobId)
                                        .build())
                                .getAllocationsList()
                                .stream()
                                .filter(one -> one.getJobVersion() == version)
                                .filter(one -> one.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING)
                                .toList(),
                        found -> !found.isEmpty())
                .get(0)
                .getId();
    }

    /** Waits until the newest deployment of a job is that of a version and has a status; returns its id. */
    private String awaitDeployment(String jobId, long version, DeploymentStatus status) {
        return eventually()
                .until(
                        () -> jobs(management)
                                .getJob(GetJobRequest.newBuilder()
                                        .setJobId(jobId)
                                        .build())
                                .getDeployment(),
                        found -> found.getJobVersion() == version && found.getStatus() == status)
                .getId();
    }

    @Test
    void a_plan_says_that_the_token_may_not_submit() {
        allow(OWN.toBuilder()
                .clearCapabilities()
                .addCapabilities(AclCapability.ACL_CAPABILITY_PLAN)
                .build());

        assertThat(jobs(team)
                        .planJob(PlanJobRequest.newBuilder()
                                .setJob(TestJobs.job("own-1", "dc2"))
                                .build())
                        .getRefusalsList())
                .extracting(JobRefusal::getDescription)
                .containsExactly(
                        "The token lacks the capability submit on job \"own-1\": it needs a policy whose rule for this job has capabilities = [\"submit\"]");
    }

    private void allow(AclJobRule rule) {
        AclServiceGrpc.newBlockingStub(management)
                .applyAclPolicy(ApplyAclPolicyRequest.newBuilder()
                        .setPolicy(AclPolicy.newBuilder().setName("team").addJobs(rule))
                        .build());
    }

    private static JobServiceBlockingStub jobs(Channel channel) {
        return JobServiceGrpc.newBlockingStub(channel);
    }

    private static void submit(Channel channel, Job job) {
        var unused = jobs(channel)
                .submitJob(SubmitJobRequest.newBuilder().setJob(job).build());
    }

    private static void get(Channel channel, String jobId) {
        var unused =
                jobs(channel).getJob(GetJobRequest.newBuilder().setJobId(jobId).build());
    }

    private static Allocation allocation(Channel channel, String id) {
        return AllocationServiceGrpc.newBlockingStub(channel)
                .getAllocation(
                        GetAllocationRequest.newBuilder().setAllocationId(id).build())
                .getAllocation();
    }

    /** Waits until a job has an allocation, and returns its id. */
    private String allocationOf(String jobId) {
        return eventually()
                .until(
                        () -> AllocationServiceGrpc.newBlockingStub(management)
                                .listAllocations(ListAllocationsRequest.newBuilder()
                                        .setJobId(jobId)
                                        .build())
                                .getAllocationsList(),
                        found -> !found.isEmpty())
                .get(0)
                .getId();
    }

    private static Status refusal(Runnable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call::run).getStatus();
    }

    private static List<String> fields(StatusRuntimeException refused) {
        try {
            return StatusProto.fromThrowable(refused)
                    .getDetails(0)
                    .unpack(BadRequest.class)
                    .getFieldViolationsList()
                    .stream()
                    .map(violation -> violation.getField())
                    .toList();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
