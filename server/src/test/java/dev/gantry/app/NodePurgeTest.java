package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.GetNodeRequest;
import dev.gantry.v1.ListAllocationsRequest;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.PurgeNodeRequest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests the removal of nodes, and nodes of the same name. */
@Timeout(60)
class NodePurgeTest {

    @RegisterExtension
    private static final TestServer server = TestServer.extension(Duration.ofSeconds(1));

    @Test
    void a_node_that_is_down_is_forgotten_with_its_allocations_placed_elsewhere_and_may_come_back() {
        FakeNode gone = FakeNode.in("dc-purge", "purge-gone").runningTasks().connect(server.channel());
        server.jobs().submitJob(TestJobs.submit(TestJobs.job("purge", "dc-purge")));
        eventually().until(() -> allocations("purge").size() == 1);
        gone.close();
        eventually().until(() -> get("purge-gone").getStatus() == NodeStatus.NODE_STATUS_DOWN);

        Node purged = purge(gone.id().substring(0, 13));

        assertThat(purged.getName()).isEqualTo("purge-gone");
        assertThatThrownBy(() -> get(gone.id())).hasMessageContaining("NOT_FOUND");
        assertThat(allocations("purge"))
                .extracting(Allocation::getClientStatus)
                .containsExactly(ClientStatus.CLIENT_STATUS_LOST);
        try (FakeNode other =
                FakeNode.in("dc-purge", "purge-other").runningTasks().connect(server.channel())) {
            eventually().until(() -> other.session().toRun().size() == 1);
        }
        try (FakeNode back = gone.connect(server.channel())) {
            assertThat(get(back.id()).getStatus()).isEqualTo(NodeStatus.NODE_STATUS_READY);
        }
    }

    @Test
    void a_node_that_is_ready_is_not_forgotten() {
        try (FakeNode node = FakeNode.in("dc-ready", "purge-ready").connect(server.channel())) {
            assertThatThrownBy(() -> purge("purge-ready"))
                    .hasMessageContaining("FAILED_PRECONDITION")
                    .hasMessageContaining("is not down")
                    .hasMessageContaining("has not heard of it for its time to live: 30 s");
            assertThat(get(node.id()).getStatus()).isEqualTo(NodeStatus.NODE_STATUS_READY);
        }
    }

    @Test
    void of_two_nodes_with_one_name_each_is_found_by_its_id_and_the_name_names_both() {
        try (FakeNode one = FakeNode.in("dc-twins", "twin").connect(server.channel());
                FakeNode other = FakeNode.in("dc-twins", "twin").connect(server.channel())) {
            assertThatThrownBy(() -> get("twin"))
                    .hasMessageContaining("INVALID_ARGUMENT")
                    .hasMessageContaining("several nodes are named \"twin\"")
                    .hasMessageContaining(one.id())
                    .hasMessageContaining(other.id());
            assertThat(get(one.id()).getId()).isEqualTo(one.id());
            assertThat(get(other.id().substring(0, 13)).getId()).isEqualTo(other.id());
        }
    }

    @Test
    void a_node_that_is_called_as_another_ones_id_does_not_hide_it() {
        try (FakeNode one = FakeNode.in("dc-hidden", "hidden").connect(server.channel());
                FakeNode other = FakeNode.in("dc-hidden", one.id()).connect(server.channel())) {
            assertThat(get(one.id()).getName()).isEqualTo("hidden");
            assertThat(get(other.id()).getName()).isEqualTo(one.id());
        }
    }

    private static Node purge(String node) {
        return server.nodes()
                .purgeNode(PurgeNodeRequest.newBuilder().setNodeId(node).build())
                .getNode();
    }

    private static Node get(String node) {
        return server.nodes()
                .getNode(GetNodeRequest.newBuilder().setNodeId(node).build())
                .getNode();
    }

    private static List<Allocation> allocations(String jobId) {
        return server.allocations()
                .listAllocations(
                        ListAllocationsRequest.newBuilder().setJobId(jobId).build())
                .getAllocationsList();
    }
}
