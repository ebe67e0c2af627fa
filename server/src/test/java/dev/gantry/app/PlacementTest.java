package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.list;

import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.FieldDiff;
import dev.gantry.v1.GetAllocationRequest;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetJobResponse;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.GroupPlan;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobStatus;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.ListAllocationsRequest;
import dev.gantry.v1.ListJobsRequest;
import dev.gantry.v1.NodeVerdict;
import dev.gantry.v1.PlanJobRequest;
import dev.gantry.v1.PlanJobResponse;
import dev.gantry.v1.StopAllocationRequest;
import dev.gantry.v1.StopJobRequest;
import dev.gantry.v1.SubmitJobResponse;
import dev.gantry.v1.View;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests the placement of jobs. Each test has its own datacenter. */
class PlacementTest {

    @RegisterExtension
    private static final TestServer server = TestServer.extension();

    private final List<FakeNode> nodes = new ArrayList<>();

    @AfterEach
    void disconnect() {
        nodes.forEach(FakeNode::close);
    }

    @Test
    void a_job_is_placed_pushed_to_its_node_and_seen_as_the_node_reports_it() {
        FakeNode node = connect(FakeNode.in("dc-life", "life"));

        SubmitJobResponse submitted = submit(TestJobs.job("life", "dc-life"));

        eventually().until(() -> node.session().toRun().size() == 1);
        Allocation pushed = node.session().toRun().get(0);
        assertThat(pushed.getName()).isEqualTo("life.web[0]");
        assertThat(pushed.getEvaluationId()).isEqualTo(submitted.getEvaluationId());
        assertThat(node.session().received())
                .filteredOn(state -> state.getAllocationsCount() > 0)
                .singleElement()
                .extracting(DesiredState::getJobsList, as(list(JobVersion.class)))
                .singleElement()
                .satisfies(version -> {
                    assertThat(version.getVersion()).isEqualTo(submitted.getVersion());
                    assertThat(version.getJob()
                                    .getTaskGroups(0)
                                    .getTasks(0)
                                    .getResources()
                                    .getMemoryMib())
                            .isEqualTo(300);
                });
        assertThat(get("life").getEvaluation().getStatus()).isEqualTo(EvaluationStatus.EVALUATION_STATUS_COMPLETE);

        node.report(pushed.getId(), ClientStatus.CLIENT_STATUS_RUNNING);

        Allocation running = allocation(pushed.getId());
        assertThat(running.getClientStatus()).isEqualTo(ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(running.getTaskStatesList()).hasSize(1);
        assertThat(running.getDescription()).isEqualTo("said by the test");
        assertThat(get("life").getJob().getStatus()).isEqualTo(JobStatus.JOB_STATUS_RUNNING);
    }

    @Test
    void ports_are_taken_with_the_allocation_and_free_again_once_it_has_ended() {
        FakeNode node = connect(FakeNode.in("dc-ports", "ports"));
        submit(TestJobs.withPort("ports-first", "dc-ports", "http", 8080));
        Allocation first = onlyAllocation("ports-first");
        assertThat(first.getPortsList())
                .containsExactly(AllocatedPort.newBuilder()
                        .setLabel("http")
                        .setTask("main")
                        .setIp("127.0.0.1")
                        .setPort(8080)
                        .build());

        submit(TestJobs.withPort("ports-second", "dc-ports", "http", 8080));
        Evaluation blocked = awaitBlocked("ports-second");
        assertThat(blocked.getFailures(0).getSummary()).contains("8080");

        node.report(first.getId(), ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(onlyAllocation("ports-second").getPorts(0).getPort()).isEqualTo(8080);
    }

    @Test
    void dynamic_ports_come_from_the_range_of_the_node_and_differ() {
        connect(FakeNode.in("dc-dynamic", "dynamic"));
        submit(TestJobs.withPort("dynamic-1", "dc-dynamic", "http", 0));
        submit(TestJobs.withPort("dynamic-2", "dc-dynamic", "http", 0));

        int one = onlyAllocation("dynamic-1").getPorts(0).getPort();
        int other = onlyAllocation("dynamic-2").getPorts(0).getPort();
        assertThat(one).isBetween(20_000, 20_099).isNotEqualTo(other);
        assertThat(other).isBetween(20_000, 20_099);
    }

    @Test
    void a_version_constraint_places_on_rkt_1_30_0_and_not_on_1_1_0() {
        FakeNode older = connect(FakeNode.in("dc-rkt", "older").withRkt("1.1.0"));
        Job job = TestJobs.constrained("needs-rkt", "dc-rkt", "${driver.rkt.version}", ">", "1.2");
        submit(job);

        Evaluation blocked = awaitBlocked("needs-rkt");
        assertThat(blocked.getFailures(0).getSummary()).contains("${driver.rkt.version} > 1.2");
        assertThat(get("needs-rkt").getJob().getStatus()).isEqualTo(JobStatus.JOB_STATUS_PENDING);

        FakeNode newer = connect(FakeNode.in("dc-rkt", "newer").withRkt("1.30.0"));

        eventually().until(() -> newer.session().toRun().size() == 1);
        assertThat(older.session().toRun()).isEmpty();
        assertThat(get("needs-rkt").getEvaluation()).satisfies(evaluation -> {
            assertThat(evaluation.getId()).isEqualTo(blocked.getId());
            assertThat(evaluation.getStatus()).isEqualTo(EvaluationStatus.EVALUATION_STATUS_COMPLETE);
            assertThat(evaluation.getFailuresList()).isEmpty();
        });
    }

    @Test
    void a_waiting_job_is_placed_when_a_node_finds_what_it_lacked() {
        FakeNode node = connect(FakeNode.in("dc-print", "print").withRkt("1.1.0"));
        submit(TestJobs.constrained("print", "dc-print", "${driver.rkt.version}", ">", "1.2"));
        awaitBlocked("print");

        node.fingerprint("1.30.0");

        eventually().until(() -> node.session().toRun().size() == 1);
    }

    @Test
    void what_its_node_may_not_run_any_more_runs_on_and_is_shown() {
        FakeNode node = connect(FakeNode.in("dc-misfit", "misfit").runningTasks());
        submit(TestJobs.constrained("misfit", "dc-misfit", "${driver.rkt.version}", ">", "1.2"));
        eventually().until(() -> running("misfit").size() == 1);
        assertThat(running("misfit").get(0).getMisfit()).isEmpty();

        node.fingerprint("1.1.0");

        String reason = "Constraint \"${driver.rkt.version} > 1.2\"";
        eventually().until(() -> running("misfit").get(0).getMisfit().equals(reason));
        Allocation running = running("misfit").get(0);
        assertThat(server.allocations()
                        .getAllocation(GetAllocationRequest.newBuilder()
                                .setAllocationId(running.getId())
                                .build())
                        .getAllocation())
                .isEqualTo(running);
        assertThat(server.allocations()
                        .listAllocations(ListAllocationsRequest.newBuilder()
                                .setNodeId(node.id())
                                .setView(View.VIEW_FULL)
                                .build())
                        .getAllocationsList())
                .containsExactly(running);

        node.fingerprint("1.30.0");

        eventually().until(() -> running("misfit").get(0).getMisfit().isEmpty());
        assertThat(running("misfit").get(0).getId()).isEqualTo(running.getId());
    }

    @Test
    void a_stopped_job_stops_on_its_node_and_is_dead() {
        FakeNode node = connect(FakeNode.in("dc-stop", "stop").runningTasks());
        submit(TestJobs.counted("stop", "dc-stop", 2));
        eventually().until(() -> running("stop").size() == 2);

        server.jobs().stopJob(StopJobRequest.newBuilder().setJobId("stop").build());

        eventually().until(() -> get("stop").getJob().getStatus() == JobStatus.JOB_STATUS_DEAD);
        assertThat(node.session().toRun()).isEmpty();
        assertThat(get("stop").getJob().getStopped()).isTrue();
        assertThat(get("stop").getAllocationsList())
                .extracting(Allocation::getClientStatus)
                .containsOnly(ClientStatus.CLIENT_STATUS_COMPLETE);
    }

    @Test
    void a_stopped_allocation_gets_another_one_in_its_place() {
        FakeNode node = connect(FakeNode.in("dc-replace", "replace").runningTasks());
        submit(TestJobs.job("replace", "dc-replace"));
        eventually().until(() -> running("replace").size() == 1);
        Allocation first = running("replace").get(0);

        server.allocations()
                .stopAllocation(StopAllocationRequest.newBuilder()
                        .setAllocationId(first.getId().substring(0, 13))
                        .build());

        eventually()
                .until(() -> running("replace").stream()
                        .anyMatch(allocation -> !allocation.getId().equals(first.getId())));
        eventually().until(() -> allocation(first.getId()).getClientStatus() == ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(allocation(first.getId()).getDescription()).isEqualTo("stopped on request");
        assertThat(node.session().toRun()).extracting(Allocation::getId).doesNotContain(first.getId());
    }

    @Test
    void a_changed_job_replaces_the_allocations_of_its_version_before() {
        FakeNode node = connect(FakeNode.in("dc-change", "change").runningTasks());
        submit(TestJobs.job("change", "dc-change"));
        eventually().until(() -> running("change").size() == 1);

        SubmitJobResponse second =
                submit(TestJobs.constrained("change", "dc-change", "${attr.kernel.name}", "=", "linux"));

        assertThat(second.getVersion()).isEqualTo(1);
        eventually().until(() -> running("change").stream().anyMatch(allocation -> allocation.getJobVersion() == 1));
        eventually().until(() -> node.session().toRun().size() == 1);
        eventually().until(() -> running("change").size() == 1);
    }

    @Test
    void an_unchanged_job_keeps_its_version_and_its_allocations_unless_one_has_failed_for_good() {
        FakeNode node = connect(FakeNode.in("dc-again", "again"));
        Job.Builder builder = TestJobs.job("again", "dc-again").toBuilder();
        builder.getTaskGroupsBuilder(0)
                .getRescheduleBuilder()
                .setUnlimited(false)
                .setAttempts(0);
        Job job = builder.build();
        submit(job);
        Allocation first = onlyAllocation("again");

        SubmitJobResponse unchanged = submit(job);
        assertThat(unchanged.getVersion()).isZero();
        eventually()
                .until(() -> get("again").getEvaluation().getStatus() == EvaluationStatus.EVALUATION_STATUS_COMPLETE);
        assertThat(get("again").getEvaluation().getId()).isEqualTo(unchanged.getEvaluationId());
        assertThat(get("again").getAllocationsList()).hasSize(1);

        node.report(first.getId(), ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(plan(job).getGroups(0).getPlace()).isOne();
        SubmitJobResponse afterFailure = submit(job);

        assertThat(afterFailure.getVersion()).isEqualTo(1);
        eventually()
                .until(() -> node.session().toRun().stream().anyMatch(allocation -> allocation.getJobVersion() == 1));
        assertThat(get("again").getAllocationsList()).hasSize(2);
    }

    @Test
    void a_dry_run_says_what_would_happen_on_each_node_and_stores_nothing() {
        connect(FakeNode.in("dc-plan", "plan-older").withRkt("1.1.0"));
        connect(FakeNode.in("dc-plan", "plan-newer"));
        long index = index();

        PlanJobResponse plan = plan(TestJobs.constrained("plan", "dc-plan", "${driver.rkt.version}", ">", "1.2"));

        assertThat(plan.getExists()).isFalse();
        GroupPlan group = plan.getGroups(0);
        assertThat(group.getPlace()).isOne();
        assertThat(verdict(group, "plan-newer").getFeasible()).isTrue();
        assertThat(verdict(group, "plan-newer").getPlaced()).isOne();
        assertThat(verdict(group, "plan-older").getReason()).contains("${driver.rkt.version} > 1.2");
        assertThat(server.jobs()
                        .listJobs(ListJobsRequest.newBuilder().setPrefix("plan").build())
                        .getJobsList())
                .isEmpty();
        assertThat(index()).isEqualTo(index);
    }

    @Test
    void a_dry_run_of_a_new_job_lists_what_the_client_sent_and_no_default() {
        Job job = TestJobs.constrained("plan-new", "dc-plan-new", "${driver.rkt.version}", ">", "1.2").toBuilder()
                .clearPriority()
                .build();

        assertThat(plan(job).getDiffList())
                .extracting(FieldDiff::getField)
                .contains("id", "datacenters[0]")
                .doesNotContain("priority")
                .noneMatch(field -> field.contains("kill_timeout"));
    }

    private FakeNode connect(FakeNode node) {
        nodes.add(node);
        return node.connect(server.channel());
    }

    private static SubmitJobResponse submit(Job job) {
        return server.jobs().submitJob(TestJobs.submit(job));
    }

    private static long index() {
        return server.cluster().getStatus(GetStatusRequest.getDefaultInstance()).getIndex();
    }

    private static PlanJobResponse plan(Job job) {
        return server.jobs().planJob(PlanJobRequest.newBuilder().setJob(job).build());
    }

    private static GetJobResponse get(String jobId) {
        return server.jobs().getJob(GetJobRequest.newBuilder().setJobId(jobId).build());
    }

    private static Allocation allocation(String id) {
        return server.allocations()
                .getAllocation(
                        GetAllocationRequest.newBuilder().setAllocationId(id).build())
                .getAllocation();
    }

    private static Allocation onlyAllocation(String jobId) {
        eventually().until(() -> get(jobId).getAllocationsCount() == 1);
        return get(jobId).getAllocations(0);
    }

    private static List<Allocation> running(String jobId) {
        return get(jobId).getAllocationsList().stream()
                .filter(allocation -> allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_RUN)
                .filter(allocation -> allocation.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING)
                .toList();
    }

    private static Evaluation awaitBlocked(String jobId) {
        eventually().until(() -> get(jobId).getEvaluation().getStatus() == EvaluationStatus.EVALUATION_STATUS_BLOCKED);
        return get(jobId).getEvaluation();
    }

    private static NodeVerdict verdict(GroupPlan group, String node) {
        return group.getNodesList().stream()
                .filter(verdict -> verdict.getNodeName().equals(node))
                .findFirst()
                .orElseThrow();
    }
}
