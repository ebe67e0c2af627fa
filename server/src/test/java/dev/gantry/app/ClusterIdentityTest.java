package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gantry.client.GantryClient;
import dev.gantry.store.SnapshotRestore;
import dev.gantry.store.StoreException;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.GetAllocationRequest;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetJobResponse;
import dev.gantry.v1.GetNodeRequest;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.Job;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.RejoinNodeRequest;
import dev.gantry.v1.TaskGroup;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests a server that restarts with another or an older database, with a node that runs a task. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterIdentityTest {

    @TempDir
    Path dir;

    private TestServer server;
    private GantryNode node;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.start(dir.resolve("server-data"));
        startNode();
    }

    private void startNode() throws IOException {
        node = GantryNode.start(
                NodeFixture.config(List.of(HostPort.format(server.server().address())), dir),
                NodeFixture.parts(new ProcessDriver("rkt")));
    }

    @AfterEach
    void stop() {
        node.closeStoppingTasks();
        server.close();
    }

    @Test
    void a_server_with_an_empty_database_costs_no_task_and_no_data_until_an_operator_says_so() throws Exception {
        String allocation = run("web");
        long pid = pid(allocation);
        server.stop();
        Files.move(database().getParent(), dir.resolve("away"));

        server.startInPlace(false);

        awaitStatus(NodeStatus.NODE_STATUS_REFUSING);
        assertThat(node().getStatusDescription()).contains("gantry node rejoin alpha");
        assertThat(server.cluster()
                        .getStatus(GetStatusRequest.getDefaultInstance())
                        .getNodesRefusing())
                .isEqualTo(1);
        server.jobs().submitJob(TestJobs.submit(job("other")));
        eventually().until(() -> evaluation("other") == EvaluationStatus.EVALUATION_STATUS_BLOCKED);
        assertThat(ProcessHandle.of(pid)).isPresent();
        assertThat(data(allocation)).hasContent("kept\n");

        rejoin(server, "alpha");

        awaitStatus(NodeStatus.NODE_STATUS_READY);
        assertThat(node().getStatusDescription()).isEmpty();
        awaitRunning("other");
        eventually().until(() -> ProcessHandle.of(pid).isEmpty());
        eventually().untilAsserted(() -> assertThat(data(allocation)).doesNotExist());
        assertThatThrownBy(() -> server.nodes()
                        .rejoinNode(RejoinNodeRequest.newBuilder()
                                .setNodeId("alpha")
                                .build()))
                .isInstanceOf(StatusRuntimeException.class)
                .extracting(failure -> Status.fromThrowable(failure).getCode())
                .isEqualTo(Status.Code.FAILED_PRECONDITION);
    }

    @Test
    void an_older_database_is_refused_by_the_server_and_if_that_is_overruled_by_the_node() throws Exception {
        String first = run("first");
        String cluster = clusterId();
        server.stop();
        Files.copy(database(), dir.resolve("backup.mv.db"));
        server.startInPlace(false);
        awaitStatus(NodeStatus.NODE_STATUS_READY);
        assertThat(clusterId()).isEqualTo(cluster);
        String second = run("second");
        long pid = pid(second);
        server.stop();
        Files.copy(dir.resolve("backup.mv.db"), database(), StandardCopyOption.REPLACE_EXISTING);

        assertThatThrownBy(() -> server.startInPlace(false))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("is an older copy, or was cut off")
                .hasMessageContaining("--accept-lost-writes");
        server.startInPlace(true);

        awaitStatus(NodeStatus.NODE_STATUS_REFUSING);
        assertThat(clusterId()).isNotEqualTo(cluster);
        assertThat(ProcessHandle.of(pid)).isPresent();
        assertThat(data(second)).hasContent("kept\n");
        // Nothing of the server's own data is lost.
        assertThat(server.allocations()
                        .getAllocation(GetAllocationRequest.newBuilder()
                                .setAllocationId(first)
                                .build())
                        .getAllocation()
                        .getClientStatus())
                .isEqualTo(ClientStatus.CLIENT_STATUS_RUNNING);

        rejoin(server, node.id());

        awaitStatus(NodeStatus.NODE_STATUS_READY);
        eventually().until(() -> ProcessHandle.of(pid).isEmpty());
        assertThat(data(first)).hasContent("kept\n");
        server.stop();
        server.startInPlace(false);
        awaitStatus(NodeStatus.NODE_STATUS_READY);
    }

    @Test
    void a_whole_directory_from_a_backup_is_refused_by_the_node_and_what_is_put_right_is_accepted_after_a_rejoin()
            throws Exception {
        run("first");
        server.stop();
        copy(database().getParent(), dir.resolve("backup"));
        server.startInPlace(false);
        awaitStatus(NodeStatus.NODE_STATUS_READY);
        String second = run("second");
        long pid = pid(second);
        server.stop();
        Files.move(database().getParent(), dir.resolve("right"));
        Files.move(dir.resolve("backup"), database().getParent());

        server.startInPlace(false);
        awaitStatus(NodeStatus.NODE_STATUS_REFUSING);
        assertThat(node().getStatusDescription()).contains("database is older");

        server.stop();
        Files.move(database().getParent(), dir.resolve("wrong"));
        Files.move(dir.resolve("right"), database().getParent());
        server.startInPlace(false);
        awaitStatus(NodeStatus.NODE_STATUS_REFUSING);
        rejoin(server, "alpha");
        awaitStatus(NodeStatus.NODE_STATUS_READY);
        awaitRunning("second");
        assertThat(ProcessHandle.of(pid)).isPresent();
        assertThat(data(second)).hasContent("kept\n");
    }

    @Test
    void a_database_restored_from_a_snapshot_costs_no_task_until_an_operator_says_so() throws Exception {
        String first = run("first");
        Path snapshot = dir.resolve("snapshot");
        try (GantryClient client = GantryClient.builder()
                        .address(HostPort.format(server.server().address()))
                        .build();
                InputStream bytes = client.snapshot()) {
            Files.copy(bytes, snapshot);
        }
        String second = run("second");
        long firstPid = pid(first);
        long secondPid = pid(second);
        server.stop();
        Files.move(database().getParent(), dir.resolve("lost"));

        SnapshotRestore.run(snapshot, database().getParent(), Optional.empty(), false);
        server.startInPlace(false);

        awaitStatus(NodeStatus.NODE_STATUS_REFUSING);
        assertThat(get("first").getAllocations(0).getId()).isEqualTo(first);
        assertThat(ProcessHandle.of(firstPid)).isPresent();
        assertThat(ProcessHandle.of(secondPid)).isPresent();
        rejoin(server, "alpha");
        awaitStatus(NodeStatus.NODE_STATUS_READY);
        eventually().until(() -> ProcessHandle.of(secondPid).isEmpty());
        assertThat(ProcessHandle.of(firstPid)).isPresent();
        assertThat(data(first)).hasContent("kept\n");
    }

    @Test
    void a_node_goes_on_with_a_database_that_was_moved_by_a_snapshot_after_the_last_write() throws Exception {
        String allocation = run("web");
        long pid = pid(allocation);
        Path snapshot = dir.resolve("snapshot");
        node.close();
        try (GantryClient client = GantryClient.builder()
                        .address(HostPort.format(server.server().address()))
                        .build();
                InputStream bytes = client.snapshot()) {
            Files.copy(bytes, snapshot);
        }
        server.stop();
        Files.move(database().getParent(), dir.resolve("moved"));

        SnapshotRestore.run(snapshot, database().getParent(), Optional.empty(), true);
        server.startInPlace(false);
        startNode();

        awaitStatus(NodeStatus.NODE_STATUS_READY);
        assertThat(ProcessHandle.of(pid)).isPresent();
        assertThat(get("web").getAllocations(0).getId()).isEqualTo(allocation);
    }

    @Test
    void a_node_that_refuses_the_server_is_told_nothing_and_falls_silent_like_any_other() throws Exception {
        try (TestServer other = TestServer.start(dir.resolve("other"), Duration.ofSeconds(1));
                FakeNode fake = FakeNode.in("dc1", "one").refusing("it knows better")) {
            fake.connect(other.channel());
            assertThat(status(other, fake)).isEqualTo(NodeStatus.NODE_STATUS_REFUSING);
            assertThat(fake.session().identity().getClusterId()).isNotEmpty();
            other.jobs().submitJob(TestJobs.submit(TestJobs.job("web", "dc1")));
            eventually()
                    .until(() -> other.jobs()
                                    .getJob(GetJobRequest.newBuilder()
                                            .setJobId("web")
                                            .build())
                                    .getEvaluation()
                                    .getStatus()
                            == EvaluationStatus.EVALUATION_STATUS_BLOCKED);
            rejoin(other, "one");
            eventually().until(() -> fake.session().rejoins() == 1);
            assertThat(fake.session().received()).isEmpty();

            fake.drop();

            eventually().until(() -> status(other, fake) == NodeStatus.NODE_STATUS_DOWN);
            assertThatThrownBy(() -> other.nodes()
                            .rejoinNode(RejoinNodeRequest.newBuilder()
                                    .setNodeId("one")
                                    .build()))
                    .isInstanceOf(StatusRuntimeException.class)
                    .extracting(failure -> Status.fromThrowable(failure).getCode())
                    .isEqualTo(Status.Code.UNAVAILABLE);
            fake.refusing("").connect(other.channel());
            eventually().until(() -> fake.session().toRun().size() == 1);
        }
    }

    private static NodeStatus status(TestServer server, FakeNode node) {
        return server.nodes()
                .getNode(GetNodeRequest.newBuilder().setNodeId(node.id()).build())
                .getNode()
                .getStatus();
    }

    /** Runs a job of one task that keeps something; returns its allocation. */
    private String run(String job) {
        server.jobs().submitJob(TestJobs.submit(job(job)));
        awaitRunning(job);
        String allocation = get(job).getAllocations(0).getId();
        eventually().untilAsserted(() -> assertThat(data(allocation)).hasContent("kept\n"));
        return allocation;
    }

    private static Job job(String id) {
        return TestJobs.job(
                id,
                "dc7",
                TaskGroup.newBuilder()
                        .setName("web")
                        .addTasks(TestJobs.task()
                                .setConfig(Struct.newBuilder()
                                        .putFields("image", text("example.com/web"))
                                        .putFields("command", text("sh"))
                                        .putFields(
                                                "args",
                                                Value.newBuilder()
                                                        .setListValue(
                                                                ListValue.newBuilder()
                                                                        .addValues(text("-c"))
                                                                        .addValues(
                                                                                text(
                                                                                        "echo kept > ../../alloc/data/file; exec sleep 300")))
                                                        .build()))));
    }

    private static Value text(String value) {
        return Value.newBuilder().setStringValue(value).build();
    }

    private Path database() {
        return dir.resolve("server-data/server/gantry.mv.db");
    }

    private Path data(String allocation) {
        return dir.resolve("data/allocs").resolve(allocation).resolve("alloc/data/file");
    }

    private long pid(String allocation) {
        String pod = server.allocations()
                .getAllocation(GetAllocationRequest.newBuilder()
                        .setAllocationId(allocation)
                        .build())
                .getAllocation()
                .getTaskStates(0)
                .getPodId();
        return Long.parseLong(pod.substring("pod-".length()));
    }

    private String clusterId() {
        return server.cluster().getStatus(GetStatusRequest.getDefaultInstance()).getClusterId();
    }

    /** Retries until the node is connected: the database of another server has the node's status of that time. */
    private static void rejoin(TestServer server, String node) {
        RejoinNodeRequest request =
                RejoinNodeRequest.newBuilder().setNodeId(node).build();
        eventually()
                .ignoreExceptionsMatching(
                        failure -> Status.fromThrowable(failure).getCode() == Status.Code.UNAVAILABLE)
                .until(() -> server.nodes().rejoinNode(request) != null);
    }

    private void awaitStatus(NodeStatus status) {
        eventually()
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(node().getStatus()).isEqualTo(status));
    }

    private Node node() {
        return server.nodes()
                .getNode(GetNodeRequest.newBuilder().setNodeId(node.id()).build())
                .getNode();
    }

    private void awaitRunning(String job) {
        eventually()
                .until(() -> get(job).getAllocationsList().stream()
                        .anyMatch(allocation -> allocation.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING));
    }

    private EvaluationStatus evaluation(String job) {
        return get(job).getEvaluation().getStatus();
    }

    private GetJobResponse get(String job) {
        return server.jobs().getJob(GetJobRequest.newBuilder().setJobId(job).build());
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (var files = Files.newDirectoryStream(from)) {
            for (Path file : files) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }
}
