package dev.gantry.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.cluster.ClusterFixture;
import dev.gantry.cluster.UnauthenticatedException;
import dev.gantry.v1.Node;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests a node that is purged between the beginning of its session and its registration. */
@Timeout(60)
class NodeAdmissionTest {

    @TempDir
    Path dir;

    @Test
    void a_node_that_may_not_join_is_not_registered_if_it_was_purged_since_its_session_began() {
        try (ClusterFixture cluster = new ClusterFixture(dir)) {
            Node unknown = Node.newBuilder().setId("n9").setName("nine").build();

            assertThatThrownBy(() -> cluster.nodes()
                            .register(unknown, "secret", "", new NodeRegistry.Proof(false, false))
                            .join())
                    .hasCauseInstanceOf(UnauthenticatedException.class)
                    .hasMessageContaining("does not know node n9");

            assertThat(cluster.store().reader().nodes().find("n9")).isEmpty();
            Node known = cluster.nodes()
                    .register(
                            Node.newBuilder()
                                    .setId(ClusterFixture.NODE)
                                    .setName("one")
                                    .build(),
                            "secret",
                            "",
                            new NodeRegistry.Proof(false, false))
                    .join();
            assertThat(known.getId()).isEqualTo(ClusterFixture.NODE);
        }
    }
}
