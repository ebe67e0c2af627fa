package dev.gantry.scheduler;

import static dev.gantry.scheduler.Fixtures.constraint;
import static dev.gantry.scheduler.Fixtures.group;
import static dev.gantry.scheduler.Fixtures.job;
import static dev.gantry.scheduler.Fixtures.node;
import static dev.gantry.scheduler.Fixtures.task;
import static dev.gantry.scheduler.Fixtures.version;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.NodeResources;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NodeSearchTest {

    private static final int NODES = 5000;
    private static final int COUNT = 1000;

    private static final Job JOB = version(
                    0,
                    job(group("front", COUNT, task(100, 100)))
                            .addConstraints(constraint("${driver.rkt.version}", ">", "1.2"))
                            .addConstraints(constraint("${attr.kernel.version}", "regexp", "^4\\.")))
            .getJob();

    private final ClusterState cluster = new ClusterState();
    private final Demand demand = Demand.of(
            cluster,
            JobVersion.newBuilder().setJob(JOB).build(),
            JOB.getTaskGroups(0),
            SchedulerOptions.Algorithm.BINPACK);

    @Test
    void a_thousand_placements_on_five_thousand_nodes_test_constraints_once_a_class() {
        putNodes(4000, 8192);

        Set<String> chosen = place();

        assertThat(demand.classes().tested()).isEqualTo(10);
        assertThat(chosen).as("spread over the cluster").hasSizeGreaterThan(COUNT / 2);
    }

    @Test
    void nodes_that_were_found_unfit_are_not_looked_at_again() {
        putNodes(50, 8192);
        NodeSearch search = search();

        assertThat(search.find(demand.seed(0), Vacancy.empty(0))).isEmpty();
        assertThat(search.refused().count() + search.full().size()).isEqualTo(NODES);
        int tested = demand.classes().tested();
        cluster.rooms().forEach(this::renewKernel);

        assertThat(search.find(demand.seed(1), Vacancy.empty(1))).isEmpty();
        assertThat(demand.classes().tested()).isEqualTo(tested);
    }

    @Test
    void a_node_where_something_is_stopped_is_looked_at_again() {
        putNodes(50, 8192);
        NodeSearch search = search();
        assertThat(search.find(demand.seed(0), Vacancy.empty(0))).isEmpty();
        NodeRoom grown = cluster.rooms().get(77);
        renewKernel(grown);

        search.reconsider(grown);

        assertThat(search.find(demand.seed(1), Vacancy.empty(1))).hasValue(grown);
    }

    private Set<String> place() {
        Proposal proposal = new Proposal(cluster, JOB.getId(), Proposal.Outlook.NOW);
        NodeSearch search = new NodeSearch(cluster, new Suitability(demand, proposal));
        Set<String> chosen = new HashSet<>();
        for (int index = 0; index < COUNT; index++) {
            Seed seed = demand.seed(index);
            NodeRoom node = search.find(seed, Vacancy.empty(0)).orElseThrow();
            proposal.place("front" + index, "front", node, proposal.room(node).choose(demand.ask(), seed));
            chosen.add(node.node().getId());
        }
        return chosen;
    }

    private NodeSearch search() {
        return new NodeSearch(
                cluster, new Suitability(demand, new Proposal(cluster, JOB.getId(), Proposal.Outlook.NOW)));
    }

    private void renewKernel(NodeRoom room) {
        cluster.putNode(node(room.node().getName())
                .setId(room.node().getId())
                .putAttributes("kernel.version", "4.19")
                .build());
    }

    /** Of ten classes, one half of them with a good kernel. */
    private void putNodes(int cpu, int memoryMib) {
        for (int i = 0; i < NODES; i++) {
            cluster.putNode(node("n%04d".formatted(i))
                    .putAttributes("hostname", "host" + i)
                    .putAttributes("kernel.version", i % 2 == 0 ? "4.19" : "5.10")
                    .putAttributes("driver.rkt.version", "1.%d.0".formatted(26 + i % 5))
                    .setResources(NodeResources.newBuilder().setCpu(cpu).setMemoryMib(memoryMib))
                    .build());
        }
    }
}
