package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Durations;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentGroup;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.HealthCheck;
import dev.gantry.v1.Job;
import dev.gantry.v1.ListDeploymentsRequest;
import dev.gantry.v1.ListDeploymentsResponse;
import dev.gantry.v1.PauseDeploymentRequest;
import dev.gantry.v1.PromoteDeploymentRequest;
import dev.gantry.v1.ResumeDeploymentRequest;
import dev.gantry.v1.RevertJobRequest;
import dev.gantry.v1.RevertJobResponse;
import dev.gantry.v1.ScaleJobRequest;
import dev.gantry.v1.SetDeploymentHealthRequest;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.UpdateStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests deployments from their submission to their end. Each test has its own datacenter. */
class DeploymentFlowTest {

    private static final UpdateStrategy ONE_BY_ONE =
            UpdateStrategy.newBuilder().setMaxParallel(1).build();

    @RegisterExtension
    private static final TestServer server = TestServer.extension();

    private static TestClient client;

    private final List<FakeNode> nodes = new ArrayList<>();

    @BeforeAll
    static void start() {
        client = new TestClient(server);
    }

    @AfterEach
    void disconnect() {
        nodes.forEach(FakeNode::close);
    }

    @Test
    void a_new_version_takes_one_place_at_a_time_as_its_allocations_get_healthy_and_is_stable_in_the_end() {
        FakeNode node = connect("roll");
        makeStable(node, job("roll", "v0", 3, ONE_BY_ONE));

        client.submit(job("roll", "v1", 3, ONE_BY_ONE));

        for (int replaced = 1; replaced <= 3; replaced++) {
            awaitVersions("roll", 3 - replaced, replaced);
            assertThat(client.job("roll").getDeployment().getStatus())
                    .isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING);
            node.reportHealth(unproven("roll", 1).get(0).getId(), true);
        }
        Deployment deployment = awaitDeployment("roll", 1, DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
        assertThat(deployment.getGroups(0)).satisfies(group -> {
            assertThat(group.getDesiredTotal()).isEqualTo(3);
            assertThat(group.getPlaced()).isEqualTo(3);
            assertThat(group.getHealthy()).isEqualTo(3);
            assertThat(group.getUnhealthy()).isZero();
        });
        assertThat(client.job("roll").getJob().getStable()).isTrue();
        assertThat(client.allocations("roll")).hasSize(6);
    }

    @Test
    void a_deployment_with_manual_health_goes_on_when_someone_says_that_its_allocations_are_healthy() {
        FakeNode unused = connect("manual");
        UpdateStrategy manual = ONE_BY_ONE.toBuilder()
                .setHealthCheck(HealthCheck.HEALTH_CHECK_MANUAL)
                .setAutoRevert(true)
                .build();
        client.submit(job("manual", "v0", 2, manual));
        client.awaitRunning("manual", 2);
        setHealth("manual", unproven("manual", 0), List.of());
        awaitDeployment("manual", 0, DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
        List<Allocation> stable = client.running("manual", 0);

        client.submit(job("manual", "v1", 2, manual));
        awaitVersions("manual", 1, 1);
        List<Allocation> first = unproven("manual", 1);
        assertThatThrownBy(() -> setHealth("manual", stable, List.of())).hasMessageContaining("NOT_FOUND");
        assertThatThrownBy(() -> setHealth("manual", first, first)).hasMessageContaining("named twice");
        assertThatThrownBy(() -> setHealth("manual", List.of(), List.of())).hasMessageContaining("INVALID_ARGUMENT");
        assertThat(setHealth("manual", first, List.of()).getGroups(0).getHealthy())
                .isEqualTo(1);
        assertThat(setHealth("manual", first, List.of()).getGroups(0).getHealthy())
                .isEqualTo(1);
        awaitVersions("manual", 0, 2);

        List<Allocation> second = unproven("manual", 1);
        assertThat(setHealth("manual", List.of(), second).getStatus())
                .isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_FAILED);

        assertThat(client.job("manual").getJob().getVersion()).isEqualTo(2);
        assertThatThrownBy(() -> server.jobs()
                        .setDeploymentHealth(SetDeploymentHealthRequest.newBuilder()
                                .setDeploymentId(second.get(0).getDeploymentId())
                                .addHealthyAllocationIds(second.get(0).getId())
                                .build()))
                .hasMessageContaining("FAILED_PRECONDITION");
    }

    @Test
    void nothing_is_replaced_until_the_canary_is_promoted_and_then_the_rest_is() {
        FakeNode node = connect("canary");
        UpdateStrategy strategy = ONE_BY_ONE.toBuilder().setCanary(1).build();
        makeStable(node, job("canary", "v0", 2, strategy));

        client.submit(job("canary", "v1", 2, strategy));

        awaitVersions("canary", 2, 1);
        Allocation canary = unproven("canary", 1).get(0);
        assertThat(canary.getCanary()).isTrue();
        assertThatThrownBy(() -> promote("canary")).hasMessageContaining("FAILED_PRECONDITION");
        node.reportHealth(canary.getId(), true);
        eventually()
                .until(() -> client.job("canary").getDeployment().getGroups(0).getHealthy() == 1);
        awaitVersions("canary", 2, 1);

        promote("canary");

        eventually().until(() -> client.running("canary", 1).size() == 2);
        awaitVersions("canary", 0, 2);
        assertThat(client.running("canary")).extracting(Allocation::getId).contains(canary.getId());
        node.reportHealth(unproven("canary", 1).get(0).getId(), true);
        awaitDeployment("canary", 1, DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
        assertThat(client.job("canary").getJob().getStable()).isTrue();
        assertThat(client.running("canary")).extracting(Allocation::getIndex).containsExactlyInAnyOrder(0, 1);
    }

    @Test
    void
            a_version_that_would_update_a_waiting_canary_in_place_gets_a_canary_of_its_own_and_stops_no_stable_allocation() {
        FakeNode node = connect("again");
        UpdateStrategy strategy = ONE_BY_ONE.toBuilder().setCanary(1).build();
        makeStable(node, job("again", "v0", 3, strategy));
        List<String> stable = ids(client.running("again"));
        client.submit(job("again", "v1", 3, strategy));
        awaitVersions("again", 3, 1);
        Allocation canary = unproven("again", 1).get(0);
        node.reportHealth(canary.getId(), true);
        eventually()
                .until(() -> client.job("again").getDeployment().getGroups(0).getHealthy() == 1);

        var unused = server.jobs()
                .scaleJob(ScaleJobRequest.newBuilder()
                        .setJobId("again")
                        .setCount(4)
                        .build());

        eventually().until(() -> client.running("again", 2).size() == 1);
        assertThat(client.running("again", 2)).allMatch(Allocation::getCanary);
        eventually().until(() -> client.running("again", 1).isEmpty());
        assertThat(ids(client.running("again", 0))).containsExactlyInAnyOrderElementsOf(stable);
        assertThat(client.job("again").getDeployment().getGroups(0).getPromoted())
                .isFalse();
        node.reportHealth(unproven("again", 2).get(0).getId(), true);
        eventually()
                .until(() -> client.job("again").getDeployment().getGroups(0).getHealthy() == 1);

        promote("again");

        // The promoted canary stays, and an update in place of it too.
        eventually().until(() -> client.running("again", 2).size() >= 2);
        Allocation promoted = client.running("again", 2).stream()
                .filter(Allocation::getCanary)
                .findFirst()
                .orElseThrow();
        unused = server.jobs()
                .scaleJob(ScaleJobRequest.newBuilder()
                        .setJobId("again")
                        .setCount(3)
                        .build());
        eventually().until(() -> ids(client.running("again", 3)).contains(promoted.getId()));
    }

    private static List<String> ids(List<Allocation> allocations) {
        return allocations.stream().map(Allocation::getId).toList();
    }

    @Test
    void a_paused_deployment_replaces_nothing_until_it_is_resumed() {
        FakeNode node = connect("pause");
        makeStable(node, job("pause", "v0", 3, ONE_BY_ONE));
        client.submit(job("pause", "v1", 3, ONE_BY_ONE));
        awaitVersions("pause", 2, 1);
        String id = client.job("pause").getDeployment().getId();

        Deployment paused = pause(id);
        assertThat(paused.getPaused()).isTrue();
        assertThat(pause(id).getModifyIndex()).as("paused again").isEqualTo(paused.getModifyIndex());
        node.reportHealth(unproven("pause", 1).get(0).getId(), true);
        Allocation old = client.running("pause", 0).get(0);
        node.report(old.getId(), ClientStatus.CLIENT_STATUS_FAILED);

        // The evaluation that replaces the failed one, by the version that it had, has seen the healthy one, too.
        eventually()
                .until(() -> client.running("pause", 0).stream()
                        .anyMatch(one -> one.getCreateIndex() > paused.getModifyIndex()));
        awaitVersions("pause", 2, 1);
        assertThat(client.job("pause").getDeployment()).satisfies(deployment -> {
            assertThat(deployment.getDescription()).isEqualTo("paused");
            assertThat(deployment.getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING);
        });

        assertThat(resume(id).getPaused()).isFalse();

        awaitVersions("pause", 1, 2);
        node.reportHealth(unproven("pause", 1).get(0).getId(), true);
        awaitVersions("pause", 0, 3);
        node.reportHealth(unproven("pause", 1).get(0).getId(), true);
        awaitDeployment("pause", 1, DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
        assertThatThrownBy(() -> pause(id)).hasMessageContaining("FAILED_PRECONDITION");
        assertThatThrownBy(() -> resume(id)).hasMessageContaining("FAILED_PRECONDITION");
    }

    @Test
    void the_progress_deadline_of_a_paused_deployment_does_not_count_and_begins_anew() {
        FakeNode node = connect("paused-late");
        UpdateStrategy hasty = ONE_BY_ONE.toBuilder()
                .setMinHealthyTime(Durations.fromMillis(1))
                .setHealthyDeadline(Durations.fromSeconds(50))
                .setProgressDeadline(Durations.fromSeconds(60))
                .build();
        makeStable(node, job("paused-late", "v0", 1, hasty));
        client.submit(job("paused-late", "v1", 1, hasty));
        awaitVersions("paused-late", 0, 1);
        String id = client.job("paused-late").getDeployment().getId();

        pause(id);
        server.pass(Duration.ofSeconds(90));
        Deployment resumed = resume(id);

        assertThat(resumed.getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING);
        server.pass(Duration.ofSeconds(30));
        assertThat(client.job("paused-late").getDeployment().getStatus())
                .isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING);
        server.pass(Duration.ofSeconds(40));
        awaitDeployment("paused-late", 1, DeploymentStatus.DEPLOYMENT_STATUS_FAILED);
    }

    private static Deployment pause(String id) {
        return server.jobs()
                .pauseDeployment(
                        PauseDeploymentRequest.newBuilder().setDeploymentId(id).build())
                .getDeployment();
    }

    private static Deployment resume(String id) {
        return server.jobs()
                .resumeDeployment(
                        ResumeDeploymentRequest.newBuilder().setDeploymentId(id).build())
                .getDeployment();
    }

    @Test
    void with_auto_promote_a_healthy_canary_lets_the_rest_follow() {
        FakeNode node = connect("auto");
        UpdateStrategy strategy =
                ONE_BY_ONE.toBuilder().setCanary(1).setAutoPromote(true).build();
        makeStable(node, job("auto", "v0", 2, strategy));

        client.submit(job("auto", "v1", 2, strategy));
        awaitVersions("auto", 2, 1);
        node.reportHealth(unproven("auto", 1).get(0).getId(), true);

        awaitVersions("auto", 0, 2);
        assertThat(client.job("auto").getDeployment().getGroups(0).getPromoted())
                .isTrue();
        node.reportHealth(unproven("auto", 1).get(0).getId(), true);
        awaitDeployment("auto", 1, DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
    }

    @Test
    void with_auto_revert_an_unhealthy_allocation_brings_the_stable_version_back_as_a_new_one() {
        FakeNode node = connect("revert");
        UpdateStrategy strategy = ONE_BY_ONE.toBuilder().setAutoRevert(true).build();
        makeStable(node, job("revert", "v0", 3, strategy));
        List<String> stable =
                client.running("revert").stream().map(Allocation::getId).toList();

        client.submit(job("revert", "v1", 3, strategy));
        awaitVersions("revert", 2, 1);
        Allocation bad = unproven("revert", 1).get(0);
        node.reportHealth(bad.getId(), false);

        eventually().until(() -> client.running("revert", 2).size() == 3);
        client.awaitRunning("revert", 3);
        assertThat(client.allocation(bad.getId()).getDesiredStatus()).isEqualTo(DesiredStatus.DESIRED_STATUS_STOP);
        assertThat(client.job("revert").getJob()).satisfies(record -> {
            assertThat(record.getVersion()).isEqualTo(2);
            assertThat(record.getJob().getTaskGroups(0).getTasks(0).getEnvMap()).containsEntry("VERSION", "v0");
        });
        // Two allocations never stopped: they already match the version.
        assertThat(client.running("revert").stream().map(Allocation::getId))
                .filteredOn(stable::contains)
                .hasSize(2);
        unproven("revert", 2).forEach(one -> node.reportHealth(one.getId(), true));
        awaitDeployment("revert", 2, DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
        assertThat(client.job("revert").getJob().getStable()).isTrue();
    }

    @Test
    void without_auto_revert_an_unhealthy_allocation_ends_the_deployment_and_the_others_stay() {
        FakeNode node = connect("halt");
        makeStable(node, job("halt", "v0", 3, ONE_BY_ONE));

        client.submit(job("halt", "v1", 3, ONE_BY_ONE));
        awaitVersions("halt", 2, 1);
        node.reportHealth(unproven("halt", 1).get(0).getId(), false);

        Deployment failed = awaitDeployment("halt", 1, DeploymentStatus.DEPLOYMENT_STATUS_FAILED);
        assertThat(failed.getDescription()).contains("halt.web[");
        assertThat(client.running("halt", 0)).hasSize(2);
        assertThat(client.job("halt").getJob().getStable()).isFalse();
    }

    @Test
    void what_does_not_touch_the_tasks_keeps_the_allocations() {
        FakeNode node = connect("inplace");
        Job first = job("inplace", "v0", 2, ONE_BY_ONE);
        makeStable(node, first);
        List<String> ids =
                client.running("inplace").stream().map(Allocation::getId).toList();

        client.submit(first.toBuilder()
                .setPriority(60)
                .addConstraints(TestJobs.constrained("x", "dc-inplace", "${attr.kernel.name}", "=", "linux")
                        .getConstraints(0))
                .build());

        eventually().until(() -> client.running("inplace", 1).size() == 2);
        awaitDeployment("inplace", 1, DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
        assertThat(client.allocations("inplace"))
                .extracting(Allocation::getId)
                .containsExactlyInAnyOrderElementsOf(ids);
        assertThat(node.session().received().stream()
                        .flatMap(state -> state.getAllocationsList().stream())
                        .filter(one -> one.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_STOP))
                .isEmpty();
        assertThat(client.job("inplace").getJob().getStable()).isTrue();
    }

    @Test
    void a_higher_count_adds_and_a_lower_one_takes_the_last_away() {
        FakeNode node = connect("count");
        makeStable(node, job("count", "v0", 2, ONE_BY_ONE));
        List<String> ids =
                client.running("count").stream().map(Allocation::getId).toList();

        client.submit(job("count", "v0", 4, ONE_BY_ONE));
        client.awaitRunning("count", 4);
        unproven("count", 1).forEach(one -> node.reportHealth(one.getId(), true));
        awaitDeployment("count", 1, DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
        assertThat(client.running("count")).extracting(Allocation::getId).containsAll(ids);

        client.submit(job("count", "v0", 1, ONE_BY_ONE));
        client.awaitRunning("count", 1);
        assertThat(client.running("count")).singleElement().satisfies(left -> {
            assertThat(left.getIndex()).isZero();
            assertThat(ids).contains(left.getId());
        });
        awaitDeployment("count", 2, DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
    }

    @Test
    void without_progress_before_its_deadline_a_deployment_fails_and_what_has_begun_stays() {
        FakeNode node = connect("stuck");
        makeStable(node, job("stuck", "v0", 3, ONE_BY_ONE));
        client.submit(job("stuck", "v1", 3, ONE_BY_ONE));
        awaitVersions("stuck", 2, 1);

        server.pass(Duration.ofMinutes(10));

        Deployment failed = awaitDeployment("stuck", 1, DeploymentStatus.DEPLOYMENT_STATUS_FAILED);
        assertThat(failed.getDescription()).contains("progress");
        assertThat(client.running("stuck", 0)).hasSize(2);
        assertThat(client.running("stuck", 1)).hasSize(1);
        assertThat(client.job("stuck").getJob()).satisfies(record -> {
            assertThat(record.getVersion()).isEqualTo(1);
            assertThat(record.getStable()).isFalse();
        });
    }

    @Test
    void with_auto_revert_the_stable_version_comes_back_once_there_is_no_progress() {
        FakeNode node = connect("late");
        UpdateStrategy strategy = ONE_BY_ONE.toBuilder().setAutoRevert(true).build();
        makeStable(node, job("late", "v0", 3, strategy));
        List<String> stable =
                client.running("late").stream().map(Allocation::getId).toList();
        client.submit(job("late", "v1", 3, strategy));
        awaitVersions("late", 2, 1);
        node.reportHealth(unproven("late", 1).get(0).getId(), true);
        awaitVersions("late", 1, 2);

        server.pass(Duration.ofMinutes(10));

        // One was never replaced; the other two are replaced again, one after the other.
        for (int back = 2; back <= 3; back++) {
            int restored = back;
            eventually().until(() -> client.running("late", 2).size() == restored);
            node.reportHealth(unproven("late", 2).get(0).getId(), true);
        }
        awaitDeployment("late", 2, DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
        client.awaitRunning("late", 3);
        assertThat(client.running("late").stream().map(Allocation::getId))
                .filteredOn(stable::contains)
                .hasSize(1);
        assertThat(client.job("late")
                        .getJob()
                        .getJob()
                        .getTaskGroups(0)
                        .getTasks(0)
                        .getEnvMap())
                .containsEntry("VERSION", "v0");
    }

    @Test
    void a_deployment_that_waits_to_be_promoted_has_all_the_time_and_then_its_whole_deadline_again() {
        FakeNode node = connect("patient");
        UpdateStrategy strategy = ONE_BY_ONE.toBuilder().setCanary(1).build();
        makeStable(node, job("patient", "v0", 2, strategy));
        client.submit(job("patient", "v1", 2, strategy));
        awaitVersions("patient", 2, 1);
        node.reportHealth(unproven("patient", 1).get(0).getId(), true);
        eventually()
                .until(() -> client.job("patient").getDeployment().getGroups(0).getHealthy() == 1);

        server.pass(Duration.ofMinutes(20));
        promote("patient");

        eventually().until(() -> client.running("patient", 1).size() == 2);
        awaitVersions("patient", 0, 2);
        node.reportHealth(unproven("patient", 1).get(0).getId(), true);
        awaitDeployment("patient", 1, DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
    }

    @Test
    void groups_with_canaries_are_promoted_one_by_one_or_all_that_are_left() {
        FakeNode node = connect("groups");
        UpdateStrategy strategy = ONE_BY_ONE.toBuilder().setCanary(1).build();
        makeStable(node, groups("v0", strategy));
        client.submit(groups("v1", strategy));
        eventually().until(() -> client.running("groups", 1).size() == 3);
        assertThat(unproven("groups", 1))
                .extracting(Allocation::getTaskGroup)
                .containsExactlyInAnyOrder("web", "api", "cache");
        unproven("groups", 1).forEach(one -> node.reportHealth(one.getId(), true));
        eventually()
                .until(() -> client.job("groups").getDeployment().getGroupsList().stream()
                        .allMatch(group -> group.getHealthy() == 1));

        promote("groups", "api");

        eventually().until(() -> running("groups", 1, "api").size() == 2);
        unproven("groups", 1).forEach(one -> node.reportHealth(one.getId(), true));
        eventually().until(() -> group("groups", "api").getHealthy() == 2);
        assertThat(running("groups", 0, "api")).isEmpty();
        assertThat(group("groups", "web").getPromoted()).isFalse();
        assertThat(client.wanted("groups"))
                .filteredOn(one -> !one.getTaskGroup().equals("api"))
                .filteredOn(one -> one.getJobVersion() == 0)
                .hasSize(4);
        assertThatThrownBy(() -> promote("groups", "api")).hasMessageContaining("FAILED_PRECONDITION");

        promote("groups");

        eventually().until(() -> client.running("groups", 1).size() == 6);
        eventually().until(() -> client.wanted("groups").size() == 6);
        unproven("groups", 1).forEach(one -> node.reportHealth(one.getId(), true));
        Deployment deployment = awaitDeployment("groups", 1, DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
        assertThat(deployment.getGroupsList()).hasSize(3).allSatisfy(group -> {
            assertThat(group.getPromoted()).isTrue();
            assertThat(group.getPlaced()).isEqualTo(2);
            assertThat(group.getHealthy()).isEqualTo(2);
        });
        assertThat(client.job("groups").getJob().getStable()).isTrue();
    }

    @Test
    void an_older_version_that_is_reverted_to_comes_back_as_a_new_one_step_by_step() {
        FakeNode node = connect("older");
        makeStable(node, job("older", "v0", 2, ONE_BY_ONE));
        client.submit(job("older", "v1", 2, ONE_BY_ONE));
        for (int replaced = 1; replaced <= 2; replaced++) {
            awaitVersions("older", 2 - replaced, replaced);
            node.reportHealth(unproven("older", 1).get(0).getId(), true);
        }
        awaitDeployment("older", 1, DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
        long index = client.job("older").getJob().getModifyIndex();

        assertThatThrownBy(() -> revert("older", 1)).hasMessageContaining("FAILED_PRECONDITION");
        assertThatThrownBy(() -> revert("older", 7)).hasMessageContaining("NOT_FOUND: No version 7 of job \"older\"");
        assertThatThrownBy(() -> revert("none", 0)).hasMessageContaining("NOT_FOUND");
        assertThatThrownBy(() -> server.jobs()
                        .revertJob(RevertJobRequest.newBuilder()
                                .setJobId("older")
                                .setCheckIndex(index - 1)
                                .build()))
                .hasMessageContaining("ABORTED");
        RevertJobResponse reverted = revert("older", 0);

        assertThat(reverted.getVersion()).isEqualTo(2);
        awaitVersions("older", 1, 1);
        node.reportHealth(unproven("older", 2).get(0).getId(), true);
        awaitVersions("older", 0, 2);
        node.reportHealth(unproven("older", 2).get(0).getId(), true);
        awaitDeployment("older", 2, DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
        assertThat(client.job("older")
                        .getJob()
                        .getJob()
                        .getTaskGroups(0)
                        .getTasks(0)
                        .getEnvMap())
                .containsEntry("VERSION", "v0");
        // A second call changes nothing, so that a call whose response was lost can be repeated.
        assertThat(revert("older", 0).getVersion()).isEqualTo(2);
    }

    @Test
    void deployments_are_listed_newest_first_in_pages_of_one_job_or_all() {
        FakeNode node = connect("pages");
        makeStable(node, job("pages", "v0", 1, ONE_BY_ONE));
        client.submit(job("pages", "v1", 1, ONE_BY_ONE));
        awaitDeployment("pages", 1, DeploymentStatus.DEPLOYMENT_STATUS_RUNNING);

        ListDeploymentsResponse first = deployments("pages", "");
        ListDeploymentsResponse second = deployments("pages", first.getNextPageToken());

        assertThat(first.getDeployments(0).getJobVersion()).isEqualTo(1);
        assertThat(second.getDeployments(0).getJobVersion()).isZero();
        assertThat(deployments("pages", second.getNextPageToken()).getDeploymentsList())
                .isEmpty();
        assertThat(deployments("", "").getDeployments(0).getId())
                .isEqualTo(first.getDeployments(0).getId());
        assertThatThrownBy(() -> deployments("none", "")).hasMessageContaining("NOT_FOUND");
    }

    private FakeNode connect(String name) {
        FakeNode node = FakeNode.in("dc-" + name, name).runningTasks();
        nodes.add(node);
        return node.connect(server.channel());
    }

    private static Job job(String id, String version, int count, UpdateStrategy update) {
        return TestJobs.job(
                id,
                "dc-" + id,
                TaskGroup.newBuilder()
                        .setName("web")
                        .setCount(count)
                        .setUpdate(update)
                        .addTasks(TestJobs.task().putEnv("VERSION", version)));
    }

    private static Job groups(String version, UpdateStrategy update) {
        Job one = job("groups", version, 2, update);
        return one.toBuilder()
                .addTaskGroups(one.getTaskGroups(0).toBuilder().setName("api"))
                .addTaskGroups(one.getTaskGroups(0).toBuilder().setName("cache"))
                .build();
    }

    private static void makeStable(FakeNode node, Job job) {
        client.submit(job);
        client.awaitRunning(
                job.getId(),
                job.getTaskGroupsList().stream().mapToInt(TaskGroup::getCount).sum());
        unproven(job.getId(), 0).forEach(one -> node.reportHealth(one.getId(), true));
        awaitDeployment(job.getId(), 0, DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
        assertThat(client.job(job.getId()).getJob().getStable()).isTrue();
    }

    private static List<Allocation> unproven(String jobId, long version) {
        return client.running(jobId, version).stream()
                .filter(one -> !one.hasHealthy())
                .toList();
    }

    /**
     * Waits until the given numbers of allocations of the previous and of the newest version run, and no others are
     * desired.
     */
    private static void awaitVersions(String jobId, int before, int newest) {
        long version = client.job(jobId).getJob().getVersion();
        eventually()
                .untilAsserted(() -> assertThat(client.wanted(jobId))
                        .filteredOn(one -> one.getJobVersion() == version)
                        .hasSize(newest));
        eventually().untilAsserted(() -> {
            assertThat(client.running(jobId, version)).hasSize(newest);
            assertThat(client.wanted(jobId)).hasSize(before + newest);
        });
    }

    private static Deployment awaitDeployment(String jobId, long version, DeploymentStatus status) {
        eventually().untilAsserted(() -> {
            Deployment deployment = client.job(jobId).getDeployment();
            assertThat(deployment.getJobVersion()).isEqualTo(version);
            assertThat(deployment.getStatus())
                    .describedAs(deployment.toString())
                    .isEqualTo(status);
        });
        return client.job(jobId).getDeployment();
    }

    private static List<Allocation> running(String jobId, long version, String group) {
        return client.running(jobId, version).stream()
                .filter(one -> one.getTaskGroup().equals(group))
                .toList();
    }

    private static DeploymentGroup group(String jobId, String name) {
        return client.job(jobId).getDeployment().getGroupsList().stream()
                .filter(group -> group.getTaskGroup().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static RevertJobResponse revert(String jobId, long version) {
        return server.jobs()
                .revertJob(RevertJobRequest.newBuilder()
                        .setJobId(jobId)
                        .setVersion(version)
                        .build());
    }

    private static ListDeploymentsResponse deployments(String jobId, String token) {
        return server.jobs()
                .listDeployments(ListDeploymentsRequest.newBuilder()
                        .setJobId(jobId)
                        .setPageSize(1)
                        .setPageToken(token)
                        .build());
    }

    private static Deployment setHealth(String jobId, List<Allocation> healthy, List<Allocation> unhealthy) {
        return server.jobs()
                .setDeploymentHealth(SetDeploymentHealthRequest.newBuilder()
                        .setDeploymentId(client.job(jobId).getDeployment().getId())
                        .addAllHealthyAllocationIds(
                                healthy.stream().map(Allocation::getId).toList())
                        .addAllUnhealthyAllocationIds(
                                unhealthy.stream().map(Allocation::getId).toList())
                        .build())
                .getDeployment();
    }

    /** Promotes the newest deployment of a job; all groups, if none is named. */
    private static void promote(String jobId, String... groups) {
        Deployment newest = server.jobs()
                .getJob(GetJobRequest.newBuilder().setJobId(jobId).build())
                .getDeployment();
        server.jobs()
                .promoteDeployment(PromoteDeploymentRequest.newBuilder()
                        .setDeploymentId(newest.getId())
                        .addAllTaskGroups(List.of(groups))
                        .build());
    }
}
