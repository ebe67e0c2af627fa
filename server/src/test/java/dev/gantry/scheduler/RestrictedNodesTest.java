package dev.gantry.scheduler;

import static dev.gantry.scheduler.Fixtures.NOW;
import static dev.gantry.scheduler.Fixtures.cluster;
import static dev.gantry.scheduler.Fixtures.group;
import static dev.gantry.scheduler.Fixtures.job;
import static dev.gantry.scheduler.Fixtures.node;
import static dev.gantry.scheduler.Fixtures.task;
import static dev.gantry.scheduler.Fixtures.version;
import static dev.gantry.v1.SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.gantry.model.ProtoTimes;
import dev.gantry.restriction.MachineUse;
import dev.gantry.scheduler.plan.Placement;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.PlanDeadline;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeRestrictions;
import dev.gantry.v1.NodeVerdict;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Here a task asks to run as the user that it names. */
class RestrictedNodesTest {

    private static final NodeRestrictions NO_ROOT =
            NodeRestrictions.newBuilder().setDenyRoot(true).build();
    private static final String REASON = "node does not allow the user 0 (root): set user to a number other than 0";

    private final AtomicInteger asked = new AtomicInteger();
    private final Scheduler scheduler = new Scheduler(task -> {
        asked.incrementAndGet();
        return new MachineUse(
                List.of(),
                false,
                Optional.of(task.getUser()),
                Optional.empty(),
                false,
                false,
                Optional.empty(),
                List.of());
    });

    @Test
    void a_node_that_does_not_allow_a_task_is_left_out_with_the_reason() {
        ClusterState cluster = cluster(restricted("a"), node("b"), restricted("c"));
        JobVersion root = asUser("0", 3);

        assertThat(nodes(plan(cluster, root))).containsOnly("b");
        assertThat(scheduler
                        .explain(cluster, root, plan(cluster, root), SchedulerOptions.DEFAULT, 10)
                        .get("web"))
                .extracting(NodeVerdict::getNodeName, NodeVerdict::getReason)
                .containsExactly(tuple("a", REASON), tuple("b", ""), tuple("c", REASON));
    }

    @Test
    void a_job_that_no_node_allows_is_not_placed_and_the_failure_counts_the_nodes() {
        Plan plan = plan(cluster(restricted("a"), restricted("b")), asUser("0", 1));

        assertThat(plan.groups().get(0).failure().orElseThrow().getSummary()).isEqualTo("2 of 2 nodes: " + REASON);
        assertThat(plan.groups().get(0).failure().orElseThrow().getFilteredList())
                .singleElement()
                .returns(REASON, reason -> reason.getReason())
                .returns(2, reason -> reason.getNodes());
    }

    @Test
    void a_node_that_changes_its_restrictions_is_tested_again() {
        ClusterState cluster = cluster(restricted("a"));

        assertThat(nodes(plan(cluster, asUser("0", 1)))).isEmpty();
        cluster.putNode(node("a").build());
        assertThat(nodes(plan(cluster, asUser("0", 1)))).containsExactly("a");
        cluster.putNode(restricted("a").build());
        assertThat(nodes(plan(cluster, asUser("0", 1)))).isEmpty();
        assertThat(nodes(plan(cluster, asUser("7", 1)))).containsExactly("a");
    }

    @Test
    void groups_with_the_same_constraints_are_told_apart_by_what_they_ask_for() {
        ClusterState cluster = cluster(restricted("a"));

        for (int i = 0; i < 2; i++) {
            assertThat(nodes(plan(cluster, asUser("7", 1)))).containsExactly("a");
            assertThat(nodes(plan(cluster, asUser("0", 1)))).isEmpty();
        }
    }

    @Test
    void a_snapshot_knows_the_restrictions() {
        ClusterState snapshot = cluster(restricted("a"), node("b")).snapshot("web", PlanDeadline.NONE);

        assertThat(nodes(plan(snapshot, asUser("0", 2)))).containsOnly("b");
    }

    @Test
    void a_node_that_was_removed_restricts_nothing_any_more() {
        ClusterState cluster = cluster(restricted("a"), node("b"));
        cluster.removeNode("id-a");
        asked.set(0);

        assertThat(nodes(plan(cluster, asUser("0", 1)))).containsExactly("b");
        assertThat(asked).hasValue(0);
    }

    @Test
    void groups_that_all_nodes_allow_share_the_test_of_nodes_whatever_they_ask_for() {
        ClusterState cluster = cluster(restricted("a"), node("b"));
        for (int user = 1; user <= 1000; user++) {
            plan(cluster, asUser(Integer.toString(user), 1));
        }

        assertThat(cluster.cache().size()).isEqualTo(1);
    }

    @Test
    void a_running_allocation_that_its_node_no_longer_allows_does_not_fit_and_runs_on() {
        ClusterState cluster = cluster(node("a"));
        JobVersion root = asUser("0", 1);
        Fixtures.apply(cluster, root, plan(cluster, root));
        Node tightened = restricted("a").build();
        cluster.putNode(tightened);

        Plan plan = plan(cluster, root);

        assertThat(plan.stops()).isEmpty();
        assertThat(plan.placements()).isEmpty();
        assertThat(scheduler
                        .misfit(root.getJob(), root.getJob().getTaskGroups(0))
                        .apply(tightened))
                .contains(REASON);
    }

    @Test
    void a_node_that_has_refused_an_allocation_gets_no_other_until_it_changes() {
        ClusterState cluster = cluster(node("a").setModifyIndex(5));
        JobVersion job = asUser("7", 1);
        Allocation placed = Fixtures.apply(cluster, job, plan(cluster, job)).get(0);
        cluster.putAllocation(placed.toBuilder()
                .setClientStatus(ClientStatus.CLIENT_STATUS_FAILED)
                .setRestriction("This node does not allow the host path \"/x\"")
                .setModifyTime(ProtoTimes.toTimestamp(NOW.minusSeconds(1000)))
                .setModifyIndex(9)
                .build());

        assertThat(plan(cluster, job).groups().get(0).failure().orElseThrow().getSummary())
                .isEqualTo("1 of 1 node: node does not allow the host path \"/x\"");

        cluster.putNode(node("b").setModifyIndex(3).build());
        assertThat(nodes(plan(cluster, job))).containsExactly("b");
        cluster.putNode(node("b")
                .setModifyIndex(3)
                .setEligibility(SCHEDULING_ELIGIBILITY_INELIGIBLE)
                .build());
        cluster.putNode(node("a").setModifyIndex(10).build());
        assertThat(nodes(plan(cluster, job))).containsExactly("a");
    }

    private Plan plan(ClusterState cluster, JobVersion job) {
        return scheduler.plan(cluster, job, false, NOW, SchedulerOptions.DEFAULT);
    }

    private static List<String> nodes(Plan plan) {
        return plan.placements().stream()
                .map(Placement::node)
                .map(Node::getName)
                .toList();
    }

    private static Node.Builder restricted(String name) {
        return node(name).setRestrictions(NO_ROOT);
    }

    private static JobVersion asUser(String user, int count) {
        return version(0, job(group("web", count, task(100, 100).setUser(user))));
    }
}
