package dev.gantry.scheduler.state;

import static dev.gantry.scheduler.Fixtures.cluster;
import static dev.gantry.scheduler.Fixtures.constraint;
import static dev.gantry.scheduler.Fixtures.group;
import static dev.gantry.scheduler.Fixtures.job;
import static dev.gantry.scheduler.Fixtures.node;
import static dev.gantry.scheduler.Fixtures.plan;
import static dev.gantry.scheduler.Fixtures.task;
import static dev.gantry.scheduler.Fixtures.version;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.scheduler.constraint.NodeRequirements;
import dev.gantry.v1.Affinity;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.PlacementFailure;
import dev.gantry.v1.Spread;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests which results for nodes are kept from plan to plan, and when they are dropped. */
class NodeClassesTest {

    private static final int NODES = 5000;

    private final ClusterState cluster = new ClusterState();

    @Test
    void one_node_is_tested_for_all_of_its_class() {
        for (int i = 0; i < NODES; i++) {
            cluster.putNode(node("node" + i)
                    .putAttributes("hostname", "host" + i)
                    .putAttributes("driver.rkt.version", "1.%d.0".formatted(i % 4))
                    .build());
        }
        NodeClasses classes = classes(newRkt("web"));

        long feasible = cluster.nodes().stream()
                .filter(node -> !classes.judge(node).isRefused())
                .count();

        assertThat(feasible).isEqualTo(NODES / 4);
        assertThat(classes.refused().cardinality()).isEqualTo(NODES - NODES / 4);
        assertThat(classes.tested()).isEqualTo(4);
    }

    @Test
    void results_for_one_job_are_reused_for_another() {
        assertThat(classes(newRkt("web"))).isSameAs(classes(newRkt("other")));
        assertThat(classes(newRkt("web"))).isNotSameAs(classes(web("web")));
    }

    @Test
    void affinities_are_computed_once_for_each_class() {
        cluster.putNode(node("a").putMeta("rack", "r1").build());
        cluster.putNode(node("b").putMeta("rack", "r2").build());
        NodeClasses classes =
                classes(web("web").addAffinities(affinity("r1", 30)).addAffinities(affinity("r2", -10)));

        assertThat(cluster.nodes())
                .extracting(node -> classes.judge(node).affinity())
                .containsExactly(0.75, -0.25);
    }

    @Test
    void a_node_that_changes_is_tested_again() {
        cluster.putNode(node("a").putAttributes("driver.rkt.version", "1.1.0").build());
        assertThat(place(newRkt("web"))).isEmpty();

        cluster.putNode(node("a").build());
        assertThat(place(newRkt("web"))).containsExactly("a");

        cluster.putNode(node("a").putAttributes("driver.rkt.version", "1.1.0").build());
        assertThat(place(newRkt("web"))).isEmpty();
    }

    @Test
    void cached_results_stay_with_their_nodes_when_positions_move() {
        cluster.putNode(node("b").build());
        assertThat(place(newRkt("web"))).containsExactly("b");

        cluster.putNode(node("a").putAttributes("driver.rkt.version", "1.1.0").build());
        assertThat(place(newRkt("web"))).containsExactly("b");

        cluster.putNode(node("b").setName("0").build());
        assertThat(place(newRkt("web"))).containsExactly("0");
    }

    @Test
    void nodes_skipped_by_the_cache_are_still_counted_in_the_report() {
        for (int i = 0; i < 200; i++) {
            cluster.putNode(node("n" + i)
                    .putAttributes("driver.rkt.version", i % 4 == 0 ? "1.1.0" : "1.30.0")
                    .build());
        }
        assertThat(place(newRkt("small"))).hasSize(1);
        JobVersion large = version(
                0,
                job(group("front", 1, task(5000, 100)))
                        .addConstraints(constraint("${driver.rkt.version}", ">", "1.2")));

        List<PlacementFailure> failures = Stream.generate(() -> plan(cluster, large, false))
                .limit(2)
                .map(plan -> plan.groups().get(0).failure().orElseThrow())
                .toList();

        assertThat(failures)
                .extracting(PlacementFailure::getSummary)
                .containsOnly("Constraint \"${driver.rkt.version} > 1.2\" filtered 50 of 200 nodes; 150 lack cpu");
        assertThat(failures.get(0)).isEqualTo(failures.get(1));
    }

    @Test
    void the_position_of_a_node_is_current() {
        Job.Builder spread = job(group("front", 2, task(100, 100)))
                .setId("web")
                .addSpreads(Spread.newBuilder().setAttribute("${meta.rack}"));
        ClusterState racks = cluster(
                node("a").putMeta("rack", "r1"),
                node("b").putMeta("rack", "r1"),
                node("c").putMeta("rack", "r2"));
        assertThat(placedOn(racks, spread)).contains("c");

        racks.putNode(node("c").putMeta("rack", "r1").build());
        racks.putNode(node("b").putMeta("rack", "r2").build());

        assertThat(placedOn(racks, spread)).containsExactlyInAnyOrder("a", "b");
    }

    private List<String> place(Job.Builder job) {
        return placedOn(cluster, job);
    }

    private static List<String> placedOn(ClusterState cluster, Job.Builder job) {
        return plan(cluster, version(0, job), false).placements().stream()
                .map(placement -> placement.node().getName())
                .toList();
    }

    private NodeClasses classes(Job.Builder job) {
        JobVersion version = version(0, job);
        return cluster.cache()
                .classes(NodeRequirements.of(version.getJob(), version.getJob().getTaskGroups(0), Map.of()));
    }

    private static Job.Builder newRkt(String id) {
        return web(id).addConstraints(constraint("${driver.rkt.version}", ">", "1.2"));
    }

    private static Job.Builder web(String id) {
        return job(group("front", 1, task(100, 100))).setId(id);
    }

    private static Affinity affinity(String rack, int weight) {
        return Affinity.newBuilder()
                .setAttribute("${meta.rack}")
                .setValue(rack)
                .setWeight(weight)
                .build();
    }
}
