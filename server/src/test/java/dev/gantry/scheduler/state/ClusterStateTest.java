package dev.gantry.scheduler.state;

import static dev.gantry.scheduler.Fixtures.cluster;
import static dev.gantry.scheduler.Fixtures.end;
import static dev.gantry.scheduler.Fixtures.group;
import static dev.gantry.scheduler.Fixtures.job;
import static dev.gantry.scheduler.Fixtures.node;
import static dev.gantry.scheduler.Fixtures.plan;
import static dev.gantry.scheduler.Fixtures.port;
import static dev.gantry.scheduler.Fixtures.task;
import static dev.gantry.scheduler.Fixtures.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.gantry.scheduler.Fixtures;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Node;
import dev.gantry.v1.TaskState;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClusterStateTest {

    private static final JobVersion WHOLE_NODE =
            version(0, job(group("front", 1, task(4000, 8192, port("http", 8080)))));

    private final ClusterState cluster = cluster(node("a"));

    @Test
    void an_allocation_holds_its_resources_until_it_has_ended_even_while_it_is_being_stopped() {
        Allocation holder = run(WHOLE_NODE);
        Allocation stopping = holder.toBuilder()
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                .build();

        assertThat(freeCpu()).isZero();
        cluster.putAllocation(stopping);
        assertThat(freeCpu()).isZero();
        cluster.putAllocation(end(stopping, ClientStatus.CLIENT_STATUS_COMPLETE));
        assertThat(freeCpu()).isEqualTo(1);
    }

    @Test
    void an_allocation_that_is_being_stopped_frees_its_resources_in_the_outlook_whatever_its_node_reports() {
        Allocation holder = run(WHOLE_NODE);
        Allocation stopping = holder.toBuilder()
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                .build();
        assertThat(cluster.nodes().get(0).stopping()).isEmpty();

        cluster.putAllocation(stopping);
        cluster.putAllocation(stopping.toBuilder()
                .setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)
                .build());

        assertThat(cluster.nodes().get(0).stopping()).containsExactly(holder.getId());
    }

    @Test
    void an_allocation_updated_to_another_version_holds_the_resources_of_that_version() {
        Allocation holder = run(WHOLE_NODE);
        cluster.putJob(version(1, job(group("front", 1, task(1000, 100)))));

        cluster.putAllocation(holder.toBuilder().setJobVersion(1).build());

        assertThat(freeCpu()).isEqualTo(0.75);
    }

    @Test
    void a_changed_allocation_is_stored_even_if_its_resources_are_the_same() {
        Allocation running = run(WHOLE_NODE).toBuilder()
                .setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)
                .setHealthy(true)
                .setModifyIndex(7)
                .build();

        cluster.putAllocation(running);

        assertThat(cluster.allocationsOf("web")).containsExactly(running);
    }

    @Test
    void a_snapshot_does_not_change_with_the_cluster() {
        Allocation holder = run(WHOLE_NODE);
        JobVersion other = version(
                0, job(group("front", 1, task(1, 1, port("http", 8080)))).setId("other"));

        ClusterState full = cluster.snapshot("other", PlanDeadline.NONE);
        cluster.putAllocation(end(holder, ClientStatus.CLIENT_STATUS_COMPLETE));
        ClusterState empty = cluster.snapshot("other", PlanDeadline.NONE);
        cluster.putNode(node("b").build());
        run(version(0, job(group("front", 2, task(4000, 8192))).setId("third")));

        assertThat(plan(full, other, false)
                        .groups()
                        .get(0)
                        .failure()
                        .orElseThrow()
                        .getSummary())
                .contains("memory")
                .contains("cpu")
                .contains("8080");
        assertThat(plan(empty, other, false).placements()).hasSize(1);
        assertThat(empty.nodes()).extracting(NodeUsage::id).containsExactly("id-a");
        assertThat(cluster.nodes()).hasSize(2);
    }

    @Test
    void a_snapshot_holds_everything_of_its_job() {
        Allocation running = run(WHOLE_NODE);

        ClusterState snapshot = cluster.snapshot("web", PlanDeadline.NONE);
        cluster.removeAllocation(running.getId());

        assertThat(plan(snapshot, WHOLE_NODE, false).changesNothing()).isTrue();
        assertThat(plan(snapshot, WHOLE_NODE, true).stops()).hasSize(1);
    }

    @Test
    void a_removed_node_gets_no_placements_and_stays_while_allocations_are_on_it() {
        cluster.putNode(node("b").build());
        run(WHOLE_NODE);
        cluster.removeNode("id-a");
        cluster.removeNode("id-b");
        cluster.removeNode("never-seen");

        assertThat(cluster.nodes())
                .extracting(usage -> usage.allocations().size())
                .containsExactly(1);
    }

    @Test
    void an_allocation_that_was_lost_with_its_node_can_be_replaced_and_removed_after_the_node_was_purged() {
        Allocation lost = end(run(WHOLE_NODE), ClientStatus.CLIENT_STATUS_LOST);
        cluster.putAllocation(lost);
        cluster.removeNode("id-a");
        assertThat(cluster.allocationsOf("web")).hasSize(1);

        cluster.putAllocation(lost.toBuilder().setNextAllocationId("next").build());

        assertThat(cluster.allocationsOf("web")).isEmpty();
        cluster.putAllocation(lost);
        cluster.removeJob("web");
        assertThat(cluster.allocationsOf("web")).isEmpty();
    }

    @Test
    void a_removed_allocation_frees_everything() {
        Allocation holder = run(WHOLE_NODE);

        cluster.removeAllocation(holder.getId());
        cluster.removeAllocation("never-seen");

        assertThat(freeCpu()).isEqualTo(1);
        assertThat(run(WHOLE_NODE)).isEqualTo(holder);
    }

    @Test
    void putting_the_same_twice_counts_once() {
        JobVersion half = version(0, job(group("front", 1, task(2000, 100))));
        Allocation holder = run(half);

        cluster.putAllocation(holder);

        assertThat(freeCpu()).isEqualTo(0.5);
    }

    @Test
    void a_node_that_changes_keeps_its_allocations() {
        run(WHOLE_NODE);

        Node.Builder larger = node("a");
        larger.getResourcesBuilder().setCpu(8000);
        cluster.putNode(larger.build());

        assertThat(freeCpu()).isEqualTo(0.5);
    }

    @Test
    void nodes_are_ordered_by_name_even_after_names_change() {
        cluster.putNode(node("c").build());
        cluster.putNode(node("b").build());
        assertThat(names()).containsExactly("a", "b", "c");

        cluster.putNode(node("a").setName("z").build());
        assertThat(names()).containsExactly("b", "c", "z");
    }

    @ParameterizedTest
    @EnumSource(names = {"CLIENT_STATUS_COMPLETE", "CLIENT_STATUS_FAILED", "CLIENT_STATUS_LOST"})
    void terminal_allocations_are_dropped_with_the_next_version(ClientStatus status) {
        Allocation holder = run(WHOLE_NODE);
        cluster.putAllocation(end(holder, status));

        cluster.putJob(version(1, job(group("front", 1, task(100, 100)))));

        assertThat(cluster.allocationsOf("web")).isEmpty();
        cluster.putAllocation(end(holder, status));
        assertThat(cluster.allocationsOf("web")).isEmpty();
    }

    @Test
    void a_lost_allocation_is_kept_until_it_has_a_successor() {
        Allocation lost = end(run(WHOLE_NODE), ClientStatus.CLIENT_STATUS_LOST);

        cluster.putAllocation(lost);

        assertThat(cluster.allocationsOf("web")).containsExactly(lost);
        cluster.putAllocation(lost.toBuilder().setNextAllocationId("next").build());
        assertThat(cluster.allocationsOf("web")).isEmpty();
    }

    @Test
    void a_version_is_kept_as_long_as_an_allocation_runs_it() {
        Allocation holder = run(WHOLE_NODE);
        cluster.putJob(version(1, job(group("other", 1, task(100, 100)))));

        cluster.putAllocation(holder.toBuilder()
                .setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)
                .build());
        assertThat(freeCpu()).isZero();
        cluster.putAllocation(end(holder, ClientStatus.CLIENT_STATUS_COMPLETE));

        assertThatIllegalStateException()
                .isThrownBy(() -> cluster.putAllocation(holder))
                .withMessageContaining("version 0 of job web, which is not known");
    }

    @Test
    void versions_can_be_loaded_in_any_order_before_their_allocations() {
        Allocation old = run(WHOLE_NODE);
        ClusterState loaded = cluster(node("a"));
        loaded.putJob(version(2, job(group("front", 1, task(1, 1)))));
        loaded.putJob(version(1, job(group("front", 1, task(2, 2)))));
        loaded.putJob(WHOLE_NODE);

        loaded.putAllocation(old);

        assertThat(loaded.allocationsOf("web")).containsExactly(old);
    }

    @Test
    void an_allocation_on_an_unknown_node_is_refused() {
        Allocation holder = run(WHOLE_NODE);

        assertThatIllegalStateException()
                .isThrownBy(() -> cluster.putAllocation(
                        holder.toBuilder().setId("other").setNodeId("nowhere").build()))
                .withMessageContaining("node nowhere, which is not known");
    }

    @Test
    void task_states_are_not_kept() {
        Allocation holder = run(WHOLE_NODE);

        cluster.putAllocation(holder.toBuilder()
                .addTaskStates(TaskState.newBuilder().setTask("main"))
                .build());

        assertThat(cluster.allocationsOf("web"))
                .singleElement()
                .satisfies(known -> assertThat(known.getTaskStatesCount()).isZero());
    }

    private Allocation run(JobVersion job) {
        return Fixtures.apply(cluster, job, Fixtures.plan(cluster, job, false)).get(0);
    }

    private double freeCpu() {
        return cluster.nodes().get(0).freeCpuWith(new ResourceRequest(0, 0, 0, List.of()));
    }

    private List<String> names() {
        return cluster.nodes().stream().map(usage -> usage.node().getName()).toList();
    }
}
