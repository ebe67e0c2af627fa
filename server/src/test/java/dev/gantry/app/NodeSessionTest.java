package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetNodeRequest;
import dev.gantry.v1.Heartbeat;
import dev.gantry.v1.Job;
import dev.gantry.v1.ListNodesRequest;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests sessions of nodes, with a server that soon marks silent nodes down. */
class NodeSessionTest {

    private static final Duration TIME_TO_LIVE = Duration.ofSeconds(1);

    @RegisterExtension
    private static final TestServer server = TestServer.extension(TIME_TO_LIVE);

    private final List<FakeNode> nodes = new ArrayList<>();

    @AfterEach
    void disconnect() {
        nodes.forEach(FakeNode::close);
    }

    @Test
    void a_node_that_was_killed_is_told_again_all_that_it_shall_run() {
        FakeNode node = connect(FakeNode.in("dc-killed", "killed"));
        submit(TestJobs.counted("killed", "dc-killed", 3));
        eventually().until(() -> node.session().toRun().size() == 3);
        List<String> before = ids(node.session().toRun());

        node.drop();
        node.connect(server.channel());

        eventually().until(() -> !node.session().received().isEmpty());
        assertThat(node.session().received().get(0)).satisfies(state -> {
            assertThat(state.getComplete()).isTrue();
            assertThat(state.getJobsList()).hasSize(1);
            assertThat(ids(state.getAllocationsList())).containsExactlyInAnyOrderElementsOf(before);
        });
    }

    @Test
    void a_lost_node_loses_its_allocations_and_another_one_takes_them_over() {
        FakeNode lost = connect(FakeNode.in("dc-lost", "lost").runningTasks());
        submit(TestJobs.withPort("lost", "dc-lost", "http", 8080));
        eventually().until(() -> lost.session().toRun().size() == 1);
        Allocation first = lost.session().toRun().get(0);
        FakeNode other = connect(FakeNode.in("dc-lost", "other").runningTasks());

        lost.drop();

        eventually().until(() -> other.session().toRun().size() == 1);
        assertThat(node("lost").getStatus()).isEqualTo(NodeStatus.NODE_STATUS_DOWN);
        assertThat(allocations("lost"))
                .filteredOn(allocation -> allocation.getId().equals(first.getId()))
                .singleElement()
                .satisfies(allocation -> {
                    assertThat(allocation.getClientStatus()).isEqualTo(ClientStatus.CLIENT_STATUS_LOST);
                    assertThat(allocation.getDesiredStatus()).isEqualTo(DesiredStatus.DESIRED_STATUS_STOP);
                    assertThat(allocation.getDescription()).contains("node lost was lost");
                });
        assertThat(other.session().toRun().get(0).getPorts(0).getPort()).isEqualTo(8080);
    }

    @Test
    void a_lost_node_that_comes_back_is_ready_again_and_its_word_on_lost_allocations_does_not_count() {
        FakeNode node = connect(FakeNode.in("dc-back", "back").runningTasks());
        submit(TestJobs.job("back", "dc-back"));
        eventually().until(() -> node.session().toRun().size() == 1);
        String first = node.session().toRun().get(0).getId();
        node.drop();
        eventually().until(() -> node("back").getStatus() == NodeStatus.NODE_STATUS_DOWN);

        node.connect(server.channel());
        eventually().until(() -> node.session().toRun().size() == 1);
        node.report(first, ClientStatus.CLIENT_STATUS_RUNNING);

        assertThat(node("back").getStatus()).isEqualTo(NodeStatus.NODE_STATUS_READY);
        assertThat(node.session().toRun()).extracting(Allocation::getId).doesNotContain(first);
        assertThat(allocations("back"))
                .filteredOn(allocation -> allocation.getId().equals(first))
                .extracting(Allocation::getClientStatus)
                .containsExactly(ClientStatus.CLIENT_STATUS_LOST);
    }

    @Test
    void heartbeats_keep_a_node_that_says_nothing_else() {
        FakeNode silent = connect(FakeNode.in("dc-silent", "silent"));
        FakeNode lost = connect(FakeNode.in("dc-silent", "not-silent"));

        lost.drop();

        // The other one, which was heard of later, is not given up with it.
        eventually().until(() -> node("not-silent").getStatus() == NodeStatus.NODE_STATUS_DOWN);
        assertThat(node("silent").getStatus()).isEqualTo(NodeStatus.NODE_STATUS_READY);
        assertThat(silent.session().isOpen()).isTrue();
    }

    @Test
    void a_node_with_another_secret_is_refused_and_the_one_it_names_goes_on() {
        FakeNode node = connect(FakeNode.in("dc-secret", "secret"));
        FakeNode impostor = connect(node.withSecret("guessed"));

        assertThat(impostor.session().end().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(impostor.session().end().getDescription()).contains(node.id());
        assertThat(node.session().isOpen()).isTrue();
    }

    @Test
    void a_newer_session_of_a_node_ends_the_older_one() {
        FakeNode node = connect(FakeNode.in("dc-twice", "twice"));
        FakeNode.Session older = node.session();

        node.connect(server.channel());

        assertThat(older.end().getCode()).isEqualTo(Status.Code.ABORTED);
        submit(TestJobs.job("twice", "dc-twice"));
        eventually().until(() -> node.session().toRun().size() == 1);
        assertThat(node.session().isOpen()).isTrue();
    }

    @Test
    void a_session_that_does_not_begin_with_register_is_ended() {
        FakeNode node = connect(FakeNode.in("dc-rude", "rude"));
        FakeNode.Session rude = node.new Session(server.channel());

        rude.send(ConnectRequest.newBuilder()
                .setHeartbeat(Heartbeat.getDefaultInstance())
                .build());

        assertThat(rude.end().getCode()).isEqualTo(Status.Code.ABORTED);
    }

    @Test
    void a_node_without_a_datacenter_is_refused_with_the_field_at_fault() {
        FakeNode node = connect(FakeNode.in("", "nowhere"));

        assertThat(node.session().end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(node.session().end().getDescription()).contains("register.node.datacenter");
    }

    @Test
    void nodes_are_found_by_name_and_by_the_begin_of_their_id_and_listed_in_pages() {
        FakeNode one = connect(FakeNode.in("dc-found", "found-1"));
        connect(FakeNode.in("dc-found", "found-2"));

        assertThat(node("found-1").getId()).isEqualTo(one.id());
        assertThat(node(one.id().substring(0, 13)).getName()).isEqualTo("found-1");

        List<String> names = new ArrayList<>();
        String token = "";
        do {
            var page = server.nodes()
                    .listNodes(ListNodesRequest.newBuilder()
                            .setPageSize(1)
                            .setPageToken(token)
                            .build());
            page.getNodesList().forEach(node -> names.add(node.getName()));
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        assertThat(names).isSorted().doesNotHaveDuplicates().contains("found-1", "found-2");
    }

    private FakeNode connect(FakeNode node) {
        nodes.add(node);
        return node.connect(server.channel());
    }

    private static void submit(Job job) {
        var unused = server.jobs().submitJob(TestJobs.submit(job));
    }

    private static Node node(String text) {
        return server.nodes()
                .getNode(GetNodeRequest.newBuilder().setNodeId(text).build())
                .getNode();
    }

    private static List<Allocation> allocations(String jobId) {
        return server.jobs()
                .getJob(GetJobRequest.newBuilder().setJobId(jobId).build())
                .getAllocationsList();
    }

    private static List<String> ids(List<Allocation> allocations) {
        return allocations.stream().map(Allocation::getId).toList();
    }
}
