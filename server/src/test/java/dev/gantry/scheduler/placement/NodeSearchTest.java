package dev.gantry.scheduler.placement;

import static dev.gantry.scheduler.Fixtures.constraint;
import static dev.gantry.scheduler.Fixtures.group;
import static dev.gantry.scheduler.Fixtures.job;
import static dev.gantry.scheduler.Fixtures.node;
import static dev.gantry.scheduler.Fixtures.task;
import static dev.gantry.scheduler.Fixtures.version;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.restriction.MachineUses;
import dev.gantry.scheduler.reconcile.PlacementRequest;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.Demand;
import dev.gantry.scheduler.state.NodeUsage;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.scheduler.state.Seed;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.NodeResources;
import java.util.HashSet;
import java.util.Optional;
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
            SchedulerOptions.Algorithm.BINPACK,
            MachineUses.NONE);

    @Test
    void a_thousand_placements_on_five_thousand_nodes_test_constraints_once_a_class() {
        putNodes(4000, 8192);

        Set<String> chosen = place();

        assertThat(demand.classes().tested()).isEqualTo(10);
        assertThat(chosen).as("spread over the cluster").hasSizeGreaterThan(COUNT / 2);
    }

    @Test
    void nodes_that_did_not_fit_are_not_tested_again() {
        putNodes(50, 8192);
        NodeSearch search = search();

        assertThat(search.find(demand.seed(0), PlacementRequest.forIndex(0), Optional.empty()))
                .isEmpty();
        assertThat(search.refused().count() + search.exhausted().size()).isEqualTo(NODES);
        int tested = demand.classes().tested();
        cluster.nodes().forEach(this::renewKernel);

        assertThat(search.find(demand.seed(1), PlacementRequest.forIndex(1), Optional.empty()))
                .isEmpty();
        assertThat(demand.classes().tested()).isEqualTo(tested);
    }

    @Test
    void a_node_where_an_allocation_is_stopped_is_tested_again() {
        putNodes(50, 8192);
        NodeSearch search = search();
        assertThat(search.find(demand.seed(0), PlacementRequest.forIndex(0), Optional.empty()))
                .isEmpty();
        NodeUsage grown = cluster.nodes().get(77);
        renewKernel(grown);

        search.reconsider(grown);

        assertThat(search.find(demand.seed(1), PlacementRequest.forIndex(1), Optional.empty()))
                .hasValue(grown);
    }

    private Set<String> place() {
        PlanDraft draft = new PlanDraft(cluster, JOB, PlanDraft.Outlook.NOW);
        NodeSearch search = new NodeSearch(cluster, new Suitability(demand, draft));
        Set<String> chosen = new HashSet<>();
        for (int index = 0; index < COUNT; index++) {
            Seed seed = demand.seed(index);
            NodeUsage node = search.find(seed, PlacementRequest.forIndex(0), Optional.empty())
                    .orElseThrow();
            draft.place("front" + index, "front", node, draft.usageOf(node).choose(demand.request(), seed));
            chosen.add(node.node().getId());
        }
        return chosen;
    }

    private NodeSearch search() {
        return new NodeSearch(cluster, new Suitability(demand, new PlanDraft(cluster, JOB, PlanDraft.Outlook.NOW)));
    }

    private void renewKernel(NodeUsage usage) {
        cluster.putNode(node(usage.node().getName())
                .setId(usage.node().getId())
                .putAttributes("kernel.version", "4.19")
                .build());
    }

    /** Returns nodes of ten classes, half of which have the required kernel. */
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
