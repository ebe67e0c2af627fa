package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Durations;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.Drain;
import dev.gantry.v1.DrainNodeRequest;
import dev.gantry.v1.DrainStrategy;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetJobResponse;
import dev.gantry.v1.GetNodeRequest;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobStatus;
import dev.gantry.v1.JobType;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.ReschedulePolicy;
import dev.gantry.v1.SchedulingEligibility;
import dev.gantry.v1.StopJobRequest;
import dev.gantry.v1.SubmitJobRequest;
import dev.gantry.v1.SubmitJobResponse;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.UpdateStrategy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests restarts of the server. */
class ServerRestartTest {

    private static final SchedulerOptions PREEMPTING =
            new SchedulerOptions(SchedulerOptions.Algorithm.BINPACK, Set.of(JobType.JOB_TYPE_SERVICE));

    @TempDir
    Path dir;

    @Test
    void everything_is_still_there_and_goes_on() throws IOException {
        try (TestServer server = TestServer.start(dir);
                FakeNode node = FakeNode.in("dc1", "one")) {
            node.runningTasks().connect(server.channel());
            SubmitJobRequest request = TestJobs.submit(TestJobs.withPort("web", "dc1", "http", 8080)).toBuilder()
                    .setRequestId("once")
                    .build();
            SubmitJobResponse submitted = server.jobs().submitJob(request);
            eventually().until(() -> isRunning(get(server, "web")));
            server.jobs().submitJob(TestJobs.submit(TestJobs.withPort("waiting", "dc1", "http", 8080)));
            eventually()
                    .until(() -> get(server, "waiting").getEvaluation().getStatus()
                            == EvaluationStatus.EVALUATION_STATUS_BLOCKED);
            GetJobResponse before = get(server, "web");

            server.restart();

            assertThat(get(server, "web")).isEqualTo(before);
            assertThat(server.jobs().submitJob(request)).isEqualTo(submitted);
            node.connect(server.channel());
            eventually().until(() -> node.session().toRun().size() == 1);
            node.report(before.getAllocations(0).getId(), ClientStatus.CLIENT_STATUS_COMPLETE);
            eventually().until(() -> isRunning(get(server, "waiting")));
        }
    }

    @Test
    void a_job_that_waits_for_a_node_is_placed_by_the_next_server() throws IOException {
        try (TestServer server = TestServer.start(dir);
                FakeNode node = FakeNode.in("dc1", "one")) {
            Job job = TestJobs.job("web", "dc1");
            server.jobs().submitJob(TestJobs.submit(job));

            server.restart();
            node.connect(server.channel());

            eventually().until(() -> node.session().toRun().size() == 1);
        }
    }

    @Test
    void a_node_that_does_not_come_back_after_a_restart_is_given_up() throws IOException {
        try (TestServer server = TestServer.start(dir, Duration.ofMillis(500));
                FakeNode node = FakeNode.in("dc1", "one")) {
            node.connect(server.channel());
            server.jobs().submitJob(TestJobs.submit(TestJobs.job("web", "dc1")));
            eventually().until(() -> node.session().toRun().size() == 1);

            server.restart();

            eventually()
                    .until(() -> server.nodes()
                                    .getNode(GetNodeRequest.newBuilder()
                                            .setNodeId("one")
                                            .build())
                                    .getNode()
                                    .getStatus()
                            == NodeStatus.NODE_STATUS_DOWN);
            assertThat(get(server, "web").getAllocations(0).getClientStatus())
                    .isEqualTo(ClientStatus.CLIENT_STATUS_LOST);
        }
    }

    @Test
    void a_drain_goes_on_and_ends_at_its_deadline_after_a_restart() throws IOException {
        try (TestServer server = TestServer.start(dir);
                FakeNode old = FakeNode.in("dc1", "old").runningTasks();
                FakeNode other = FakeNode.in("dc1", "other").runningTasks()) {
            TestClient client = new TestClient(server);
            old.connect(server.channel());
            client.submit(TestJobs.job("batch", "dc1").toBuilder()
                    .setType(JobType.JOB_TYPE_BATCH)
                    .build());
            Allocation first = client.awaitRunning("batch", 1).get(0);
            other.connect(server.channel());
            Drain begun = drain(server, "old", Duration.ofMinutes(30));

            server.restart();
            old.connect(server.channel());
            other.connect(server.channel());

            assertThat(client.node("old").getDrain()).isEqualTo(begun);
            client.awaitEvaluation("batch", EvaluationStatus.EVALUATION_STATUS_COMPLETE);
            assertThat(client.running("batch")).extracting(Allocation::getId).containsExactly(first.getId());

            server.pass(Duration.ofMinutes(30));

            eventually().until(() -> !client.node("old").hasDrain());
            assertThat(client.node("old").getEligibility())
                    .isEqualTo(SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE);
            assertThat(client.awaitRunning("batch", 1).get(0)).satisfies(moved -> {
                assertThat(moved.getNodeId()).isEqualTo(other.id());
                assertThat(moved.getPreviousAllocationId()).isEqualTo(first.getId());
            });
        }
    }

    @Test
    void a_drain_whose_deadline_came_while_no_server_ran_ends_with_the_next_one() throws IOException {
        try (TestServer server = TestServer.start(dir);
                FakeNode old = FakeNode.in("dc1", "old").runningTasks();
                FakeNode other = FakeNode.in("dc1", "other").runningTasks()) {
            TestClient client = new TestClient(server);
            old.connect(server.channel());
            client.submit(TestJobs.job("batch", "dc1").toBuilder()
                    .setType(JobType.JOB_TYPE_BATCH)
                    .build());
            client.awaitRunning("batch", 1);
            drain(server, "old", Duration.ofMinutes(30));

            server.pass(Duration.ofMinutes(30));
            server.restart();
            old.connect(server.channel());
            other.connect(server.channel());

            eventually().until(() -> !client.node("old").hasDrain());
            assertThat(client.awaitRunning("batch", 1).get(0).getNodeId()).isEqualTo(other.id());
        }
    }

    @Test
    void a_deployment_whose_deadline_came_while_no_server_ran_fails_with_the_next_one() throws IOException {
        try (TestServer server = TestServer.start(dir);
                FakeNode node = FakeNode.in("dc1", "one").runningTasks()) {
            TestClient client = new TestClient(server);
            node.connect(server.channel());
            client.submit(TestJobs.job("web", "dc1").toBuilder()
                    .setUpdate(UpdateStrategy.getDefaultInstance())
                    .build());
            client.awaitRunning("web", 1);
            assertThat(client.job("web").getDeployment().getStatus())
                    .isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING);

            server.pass(Duration.ofMinutes(10));
            server.restart();

            eventually()
                    .until(() ->
                            client.job("web").getDeployment().getStatus() == DeploymentStatus.DEPLOYMENT_STATUS_FAILED);
            assertThat(client.running("web")).hasSize(1);
        }
    }

    @Test
    void what_was_to_be_placed_anew_while_no_server_ran_is_by_the_next_one_and_waits_until_then() throws IOException {
        try (TestServer server = TestServer.start(dir);
                FakeNode node = FakeNode.in("dc1", "one").runningTasks()) {
            TestClient client = new TestClient(server);
            node.connect(server.channel());
            client.submit(TestJobs.job(
                    "web",
                    "dc1",
                    TaskGroup.newBuilder()
                            .setName("web")
                            .setReschedule(ReschedulePolicy.newBuilder()
                                    .setUnlimited(true)
                                    .setDelay(Durations.fromMinutes(30)))
                            .addTasks(TestJobs.task())));
            Allocation failed = client.awaitRunning("web", 1).get(0);
            node.report(failed.getId(), ClientStatus.CLIENT_STATUS_FAILED);
            eventually().until(() -> client.allocation(failed.getId()).hasNextRescheduleTime());

            server.restart();
            node.connect(server.channel());
            assertThat(client.wanted("web")).isEmpty();
            assertThat(client.job("web").getJob().getStatus()).isEqualTo(JobStatus.JOB_STATUS_PENDING);

            server.pass(Duration.ofMinutes(31));
            server.restart();
            node.connect(server.channel());

            assertThat(client.awaitRunning("web", 1).get(0).getPreviousAllocationId())
                    .isEqualTo(failed.getId());
        }
    }

    @Test
    void what_was_displaced_before_a_restart_says_for_which_it_went_once_that_is_placed_and_waits_itself()
            throws IOException {
        try (TestServer server = TestServer.start(dir, ServerConfig.DEFAULT_NODE_TIME_TO_LIVE, PREEMPTING);
                FakeNode node = FakeNode.in("dc1", "one")) {
            TestClient client = new TestClient(server);
            node.connect(server.channel());
            client.submit(TestJobs.sized("poor", "dc1", 20, 6000));
            eventually().until(() -> node.session().toRun().size() == 1);
            Allocation poor = client.wanted("poor").get(0);
            node.report(poor.getId(), ClientStatus.CLIENT_STATUS_RUNNING);
            client.submit(TestJobs.sized("rich", "dc1", 90, 6000));
            eventually().until(() -> node.session().toRun().isEmpty());
            client.awaitEvaluation("rich", EvaluationStatus.EVALUATION_STATUS_BLOCKED);

            server.restart();
            node.connect(server.channel());
            assertThat(client.job("rich").getEvaluation().getPreemptedAllocationIdsList())
                    .containsExactly(poor.getId());
            node.report(poor.getId(), ClientStatus.CLIENT_STATUS_COMPLETE);

            eventually().until(() -> client.wanted("rich").size() == 1);
            Allocation rich = client.wanted("rich").get(0);
            assertThat(client.allocation(poor.getId()).getPreemptedByAllocationId())
                    .isEqualTo(rich.getId());
            assertThat(client.job("rich").getEvaluation().getPreemptedAllocationIdsList())
                    .isEmpty();
            assertThat(client.awaitEvaluation("poor", EvaluationStatus.EVALUATION_STATUS_BLOCKED)
                            .getTrigger())
                    .isEqualTo(EvaluationTrigger.EVALUATION_TRIGGER_PREEMPTION);

            node.report(rich.getId(), ClientStatus.CLIENT_STATUS_COMPLETE);
            server.jobs().stopJob(StopJobRequest.newBuilder().setJobId("rich").build());
            eventually().until(() -> client.wanted("poor").size() == 1);
        }
    }

    @Test
    void a_server_that_cannot_have_its_address_says_so_and_leaves_its_database_free() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ServerConfig config = new ServerConfig(
                    dir, HostPort.parse("127.0.0.1:" + taken.getLocalPort()), ServerConfig.DEFAULT_NODE_TIME_TO_LIVE);

            assertThatThrownBy(() -> GantryServer.start(
                            config, SystemSources.clocks(), new SecureRandom(), new SecureRandom(), () -> {}))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort());
        }
        TestServer.start(dir).close();
        assertThat(Files.exists(dir.resolve("server").resolve("gantry.mv.db"))).isTrue();
    }

    private static Drain drain(TestServer server, String node, Duration deadline) {
        return server.nodes()
                .drainNode(DrainNodeRequest.newBuilder()
                        .setNodeId(node)
                        .setBegin(DrainStrategy.newBuilder().setDeadline(Durations.fromMillis(deadline.toMillis())))
                        .build())
                .getNode()
                .getDrain();
    }

    private static GetJobResponse get(TestServer server, String jobId) {
        return server.jobs().getJob(GetJobRequest.newBuilder().setJobId(jobId).build());
    }

    private static boolean isRunning(GetJobResponse job) {
        return job.getAllocationsList().stream()
                .anyMatch(allocation -> allocation.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING);
    }
}
