package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetJobResponse;
import dev.gantry.v1.GetNodeRequest;
import dev.gantry.v1.Job;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.SubmitJobRequest;
import dev.gantry.v1.SubmitJobResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server knows that was stopped and started again. */
class ServerRestartTest {

    @TempDir
    Path dir;

    @Test
    void everything_is_still_there_and_goes_on() throws IOException {
        try (TestServer server = TestServer.start(dir);
                FakeNode node = FakeNode.in("dc1", "one")) {
            node.obeying().connect(server.channel());
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
    void a_server_that_cannot_have_its_address_says_so_and_leaves_its_database_free() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ServerConfig config = new ServerConfig(
                    dir, HostPort.parse("127.0.0.1:" + taken.getLocalPort()), ServerConfig.DEFAULT_NODE_TIME_TO_LIVE);

            assertThatThrownBy(() -> GantryServer.start(config, InstantSource.system(), new SecureRandom()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort());
        }
        TestServer.start(dir).close();
        assertThat(Files.exists(dir.resolve("server").resolve("gantry.mv.db"))).isTrue();
    }

    private static GetJobResponse get(TestServer server, String jobId) {
        return server.jobs().getJob(GetJobRequest.newBuilder().setJobId(jobId).build());
    }

    private static boolean isRunning(GetJobResponse job) {
        return job.getAllocationsList().stream()
                .anyMatch(allocation -> allocation.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING);
    }
}
