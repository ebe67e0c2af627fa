package dev.gantry.app;

import static dev.gantry.app.ScriptJobs.nothing;
import static dev.gantry.app.ScriptJobs.run;
import static dev.gantry.app.ScriptJobs.stop;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.LogStream;
import dev.gantry.v1.ReadLog;
import dev.gantry.v1.Register;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests nodes whose server belongs to another cluster or has an older database. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NodeRefusalTest {

    private static final String OTHER = "0b6f3c1a-0b53-4d7e-9f0a-5a8a1a9b0c22";
    private static final String FOREVER = "echo kept > ../../alloc/data/file; exec sleep 300";

    @TempDir
    Path dir;

    private FixtureServer server;
    private GantryNode node;
    private String pod;

    @BeforeEach
    void startNodeWithATask() throws Exception {
        server = FixtureServer.start(nothing());
        start();
        server.desire(at(20, run("a1", FOREVER)));
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        await().until(() -> Files.exists(data()));
        pod = server.last("a1").getTaskStates(0).getPodId();
    }

    @AfterEach
    void stopAll() {
        node.closeStoppingTasks();
        server.close();
    }

    @Test
    void a_server_of_another_cluster_stops_nothing_and_gets_the_reason() throws Exception {
        restartServer(OTHER, 500);

        assertRefused("is of cluster " + OTHER, "gantry node rejoin alpha");
        server.desire(stop(run("a1", FOREVER)));
        server.desire(run("a2", FOREVER));
        assertTaskLives();
        assertThat(server.updates("a2")).isEmpty();
        assertThat(server.updates("a1")).isEmpty();
    }

    @Test
    void a_server_with_an_older_database_stops_nothing_even_after_its_index_has_grown() throws Exception {
        restartServer(FixtureServer.CLUSTER, 19);
        assertRefused("ends at index 19", "knows index 20");
        assertTaskLives();

        restartServer(FixtureServer.CLUSTER, 90);

        assertRefused("was older than the state that the node had seen");
        assertTaskLives();
    }

    @Test
    void a_message_before_the_identity_of_the_server_is_ignored() throws Exception {
        server.identify(OTHER, 500);
        server.desireBeforeIdentity(stop(run("a1", FOREVER)));
        server.endSession();

        await().atMost(Duration.ofSeconds(20))
                .until(() -> server.registers().stream()
                        .anyMatch(register -> !register.getRefusal().isEmpty()));
        int before = server.heartbeats();
        await().until(() -> server.heartbeats() > before + 2);
        assertTaskLives();
    }

    @Test
    void a_new_process_of_the_node_refuses_the_server_too() throws Exception {
        node.close();
        restartServer(OTHER, 500);

        start();

        assertRefused("is of cluster " + OTHER);
        assertTaskLives();
    }

    @Test
    void the_right_server_is_accepted_again_when_it_is_back() throws Exception {
        restartServer(OTHER, 500);
        assertRefused("is of cluster");

        restartServer(FixtureServer.CLUSTER, 20);

        server.desire(at(21, stop(run("a1", FOREVER))));
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
    }

    @Test
    void after_a_rejoin_the_server_is_accepted_and_unknown_allocations_are_stopped() throws Exception {
        restartServer(OTHER, 3);
        assertRefused("is of cluster");
        int before = server.registers().size();

        server.rejoin();

        await().until(() -> server.registers().size() > before);
        assertThat(server.registers().get(before).getRefusal()).isEmpty();
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        await().untilAsserted(() -> assertThat(dir.resolve("data/allocs/a1")).doesNotExist());

        // The rejoin is stored: the next process knows it, and refuses the server if it falls behind again.
        restartServer(OTHER, 3);
        await().until(() -> !server.registers().isEmpty());
        assertThat(server.registers().get(0).getRefusal()).isEmpty();
        restartServer(OTHER, 2);
        assertRefused("ends at index 2");
    }

    @Test
    void a_rejoin_of_a_node_that_accepts_its_server_changes_nothing() {
        int before = server.registers().size();

        server.rejoin();
        server.desire(at(21, run("a2", FOREVER)));

        awaitStatus("a2", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(server.registers()).hasSize(before);
    }

    @Test
    void a_data_directory_of_an_older_version_accepts_only_a_server_that_knows_its_allocations() throws Exception {
        node.close();
        Files.delete(dir.resolve("data/cluster"));
        restartServer(OTHER, 3);

        start();
        assertRefused("ends at index 3", "knows index 20");
        assertTaskLives();
        node.close();

        Files.delete(dir.resolve("data/cluster"));
        restartServer(OTHER, 20);
        server.desireAtBegin(at(20, run("a1", FOREVER)));
        start();
        await().until(() -> !server.registers().isEmpty());
        assertThat(server.registers().get(0).getRefusal()).isEmpty();
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        assertTaskLives();
    }

    @Test
    void a_node_that_can_not_read_its_cluster_accepts_no_server() throws Exception {
        node.close();
        Files.writeString(dir.resolve("data/cluster"), "garbage");
        restartServer(FixtureServer.CLUSTER, 20);

        start();

        assertRefused("can't read which cluster");
        assertTaskLives();
    }

    @Test
    void a_refused_server_can_not_read_logs() throws Exception {
        restartServer(OTHER, 500);
        assertRefused("is of cluster");

        assertThat(server.ask(ReadLog.newBuilder()
                                .setAllocationId("a1")
                                .setTask("main")
                                .setStream(LogStream.LOG_STREAM_STDOUT))
                        .getError())
                .contains("does not accept this server");
    }

    @Test
    void a_node_with_several_servers_goes_on_to_the_next_when_it_refuses_one() throws Exception {
        node.close();
        restartServer(OTHER, 500);
        FixtureServer right = FixtureServer.start(nothing());
        try {
            right.identify(FixtureServer.CLUSTER, 20);
            right.desireAtBegin(at(20, run("a1", FOREVER)));

            node = GantryNode.start(
                    NodeFixture.config(List.of(server.address(), right.address()), dir),
                    NodeFixture.parts(new ProcessDriver()));

            await().until(() -> !server.registers().isEmpty());
            assertThat(server.registers().get(0).getRefusal()).contains("is of cluster");
            await().until(() -> right.last("a1").getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING);
            assertTaskLives();
        } finally {
            node.close();
            right.close();
        }
    }

    /** The same, told at some index. */
    private static DesiredState at(long index, DesiredState state) {
        DesiredState.Builder told = state.toBuilder();
        told.getAllocationsBuilderList().forEach(allocation -> setIndex(allocation, index));
        return told.build();
    }

    private static void setIndex(Allocation.Builder allocation, long index) {
        allocation.setModifyIndex(index);
    }

    /** Another server takes its place, with an empty database. */
    private void restartServer(String clusterId, long index) throws Exception {
        String address = server.address();
        server.close();
        server = FixtureServer.startAt(address, nothing(), clusterId, index);
    }

    private void assertRefused(String... words) {
        await().atMost(Duration.ofSeconds(20))
                .until(() ->
                        server.registers().stream().map(Register::getRefusal).anyMatch(refusal -> !refusal.isEmpty()));
        assertThat(server.registers())
                .allSatisfy(register -> assertThat(register.getRefusal()).contains(words));
        // The node goes on sending heartbeats.
        int before = server.heartbeats();
        await().until(() -> server.heartbeats() > before + 2);
    }

    private void assertTaskLives() {
        assertThat(ProcessHandle.of(Long.parseLong(pod.substring("pod-".length()))))
                .isPresent();
        assertThat(data()).hasContent("kept\n");
    }

    private Path data() {
        return dir.resolve("data/allocs/a1/alloc/data/file");
    }

    private void start() {
        node = GantryNode.start(
                NodeFixture.config(List.of(server.address()), dir), NodeFixture.parts(new ProcessDriver()));
    }

    private void awaitStatus(String allocationId, ClientStatus status) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(server.last(allocationId).getClientStatus()).isEqualTo(status));
    }
}
