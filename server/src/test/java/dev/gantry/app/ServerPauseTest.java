package dev.gantry.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationServiceGrpc;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.GetNodeRequest;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.ListAllocationsRequest;
import dev.gantry.v1.NodeServiceGrpc;
import dev.gantry.v1.NodeStatus;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests a server process that is stopped and continued, as by a snapshot of its machine. */
@Timeout(120)
class ServerPauseTest {

    private static final Pattern READY = Pattern.compile("is ready at (127\\.0\\.0\\.1:\\d+)");

    @TempDir
    Path dir;

    private Process server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws IOException {
        Path log = dir.resolve("log");
        server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        // Not that of the tests, which leaves out what the server says when it is ready.
                        "-Dlogback.configurationFile=" + Gantry.class.getResource("/logback.xml"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Gantry.class.getName(),
                        "server",
                        "--listen",
                        "127.0.0.1:0",
                        "--insecure",
                        "--node-ttl",
                        "3s",
                        "--data-dir",
                        dir.resolve("server").toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        await().atMost(Duration.ofSeconds(60)).until(() -> address(log) != null || !server.isAlive());
        assertThat(server.isAlive()).as(Files.readString(log)).isTrue();
        channel = NettyChannelBuilder.forTarget(address(log)).usePlaintext().build();
    }

    @AfterEach
    void end() {
        channel.shutdownNow();
        server.destroyForcibly();
    }

    @Test
    void one_that_was_stopped_for_longer_than_nodes_have_to_live_loses_none_of_them() throws Exception {
        try (FakeNode node = FakeNode.in("dc1", "one").runningTasks()) {
            node.connect(channel);
            JobServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .submitJob(TestJobs.submit(TestJobs.job("web", "dc1")));
            await().atMost(Duration.ofSeconds(30)).until(() -> isRunning(allocations()));

            signal("STOP");
            assertThat(server.waitFor(8, TimeUnit.SECONDS)).isFalse();
            signal("CONT");
            // Longer than one check and the time to live.
            await().during(Duration.ofSeconds(4))
                    .atMost(Duration.ofSeconds(40))
                    .until(() -> nodeStatus() == NodeStatus.NODE_STATUS_READY);

            assertThat(allocations())
                    .singleElement()
                    .satisfies(allocation ->
                            assertThat(allocation.getClientStatus()).isEqualTo(ClientStatus.CLIENT_STATUS_RUNNING));
        }
    }

    private static String address(Path log) throws IOException {
        Matcher found = READY.matcher(Files.readString(log));
        return found.find() ? found.group(1) : null;
    }

    private void signal(String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(server.pid()))
                .inheritIO()
                .start();
        assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(kill.exitValue()).isZero();
    }

    private NodeStatus nodeStatus() {
        return NodeServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .getNode(GetNodeRequest.newBuilder().setNodeId("one").build())
                .getNode()
                .getStatus();
    }

    private List<Allocation> allocations() {
        return AllocationServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .listAllocations(
                        ListAllocationsRequest.newBuilder().setJobId("web").build())
                .getAllocationsList();
    }

    private static boolean isRunning(List<Allocation> allocations) {
        return allocations.stream()
                .anyMatch(allocation -> allocation.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING);
    }
}
