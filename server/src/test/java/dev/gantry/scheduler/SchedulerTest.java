package dev.gantry.scheduler;

import static dev.gantry.scheduler.Fixtures.apply;
import static dev.gantry.scheduler.Fixtures.cluster;
import static dev.gantry.scheduler.Fixtures.constraint;
import static dev.gantry.scheduler.Fixtures.end;
import static dev.gantry.scheduler.Fixtures.group;
import static dev.gantry.scheduler.Fixtures.job;
import static dev.gantry.scheduler.Fixtures.node;
import static dev.gantry.scheduler.Fixtures.plan;
import static dev.gantry.scheduler.Fixtures.port;
import static dev.gantry.scheduler.Fixtures.task;
import static dev.gantry.scheduler.Fixtures.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import dev.gantry.restriction.MachineUses;
import dev.gantry.scheduler.plan.GroupOutcome;
import dev.gantry.scheduler.plan.Placement;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.plan.RescheduleHistory;
import dev.gantry.scheduler.plan.Stop;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.FilterReason;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.NodeVerdict;
import dev.gantry.v1.PlacementFailure;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SchedulerTest {

    private static final Plan NOTHING_NEW = Fixtures.nothingNew();

    private final Scheduler scheduler = new Scheduler(MachineUses.NONE);

    @Nested
    class What_a_job_wants {

        @Test
        void each_index_gets_one_allocation() {
            ClusterState cluster = cluster(node("a"), node("b"));
            JobVersion job = version(0, job(group("front", 3, task(100, 100)), group("back", 1, task(100, 100))));

            Plan plan = plan(cluster, job, false);

            assertThat(plan.placements())
                    .extracting(Placement::taskGroup, Placement::index)
                    .containsExactly(tuple("front", 0), tuple("front", 1), tuple("front", 2), tuple("back", 0));
            assertThat(plan.stops()).isEmpty();
            assertThat(counts(plan)).containsExactly(outcome("front", 3, 0, 0), outcome("back", 1, 0, 0));
        }

        @Test
        void a_running_allocation_stays_even_on_a_node_where_it_would_not_be_placed_now() {
            ClusterState cluster = cluster(node("a"));
            JobVersion job = version(
                    0, job(group("front", 2, task(100, 100))).addConstraints(constraint("${meta.rack}", "!=", "r9")));
            run(cluster, job);
            cluster.putNode(node("a").putMeta("rack", "r9").build());

            Plan plan = plan(cluster, job, false);

            assertNothingToDo(plan);
            assertThat(counts(plan)).containsExactly(outcome("front", 0, 0, 2));
        }

        @Test
        void a_lower_count_stops_the_highest_indexes_first() {
            ClusterState cluster = cluster(node("a"));
            run(cluster, version(0, job(group("front", 4, task(100, 100)))));
            JobVersion smaller = version(0, job(group("front", 2, task(100, 100))));

            Plan plan = plan(cluster, smaller, false);

            assertThat(plan.stops())
                    .extracting(stop -> stop.allocation().getIndex())
                    .containsExactly(3, 2);
            assertThat(plan.stops()).extracting(Stop::reason).containsOnly("the group's count is 2 now");
            assertThat(counts(plan)).containsExactly(outcome("front", 0, 2, 2));
        }

        @Test
        void allocations_of_a_group_that_is_gone_are_stopped() {
            ClusterState cluster = cluster(node("a"));
            run(cluster, version(0, job(group("old", 1, task(100, 100)))));
            JobVersion job = version(1, job(group("new", 1, task(100, 100))));

            Plan plan = plan(cluster, job, false);

            assertThat(plan.stops()).extracting(Stop::reason).containsExactly("the job has no group old any more");
            assertThat(counts(plan)).containsExactly(outcome("new", 1, 0, 0), outcome("old", 0, 1, 0));
        }

        @Test
        void a_stopped_job_stops_all_its_allocations() {
            ClusterState cluster = cluster(node("a"));
            JobVersion job = version(0, job(group("front", 3, task(100, 100))));
            List<Allocation> placed = run(cluster, job);
            cluster.putAllocation(end(placed.get(1), ClientStatus.CLIENT_STATUS_FAILED));

            Plan plan = plan(cluster, job, true);

            assertThat(plan.placements()).isEmpty();
            assertThat(plan.stops())
                    .extracting(stop -> stop.allocation().getIndex())
                    .containsExactly(2, 0);
            apply(cluster, job, plan);
            assertNothingToDo(plan(cluster, job, true));
        }

        @Test
        void a_complete_batch_allocation_is_not_replaced() {
            ClusterState cluster = cluster(node("a"));
            JobVersion job = version(0, job(group("front", 3, task(100, 100))));
            List<Allocation> placed = run(cluster, job);
            cluster.putAllocation(end(placed.get(0), ClientStatus.CLIENT_STATUS_COMPLETE));
            cluster.putAllocation(end(placed.get(1), ClientStatus.CLIENT_STATUS_COMPLETE));

            Plan plan = plan(cluster, job, false);

            assertNothingToDo(plan);
            assertThat(counts(plan)).containsExactly(outcome("front", 0, 0, 3));
        }

        @Test
        void a_lost_or_manually_stopped_allocation_is_replaced() {
            ClusterState cluster = cluster(node("a"), node("b"));
            JobVersion job = version(0, job(group("front", 3, task(100, 100))));
            List<Allocation> placed = run(cluster, job);
            cluster.putAllocation(end(placed.get(0), ClientStatus.CLIENT_STATUS_LOST));
            cluster.putAllocation(placed.get(2).toBuilder()
                    .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                    .build());

            Plan plan = plan(cluster, job, false);

            assertThat(plan.placements()).extracting(Placement::index).containsExactly(0, 2);
            assertThat(plan.stops()).isEmpty();
        }

        @Test
        void an_index_that_completed_in_an_older_version_is_placed_again() {
            ClusterState cluster = cluster(node("a"));
            List<Allocation> placed = run(cluster, version(0, job(group("front", 1, task(100, 100)))));
            cluster.putAllocation(end(placed.get(0), ClientStatus.CLIENT_STATUS_COMPLETE));

            Plan plan = plan(cluster, version(1, job(group("front", 1, task(200, 100)))), false);

            assertThat(plan.placements()).extracting(Placement::index).containsExactly(0);
        }

        @Test
        void of_two_allocations_with_one_index_the_older_one_stays() {
            ClusterState cluster = cluster(node("a"));
            JobVersion job = version(0, job(group("front", 1, task(100, 100))));
            Allocation placed = run(cluster, job).get(0);
            cluster.putAllocation(placed.toBuilder().setCreateIndex(7).build());
            cluster.putAllocation(
                    placed.toBuilder().setId("double").setCreateIndex(9).build());

            Plan plan = plan(cluster, job, false);

            assertThat(plan.placements()).isEmpty();
            assertThat(plan.stops())
                    .extracting(stop -> stop.allocation().getId())
                    .containsExactly("double");
        }
    }

    @Nested
    class A_new_version {

        @Test
        void replaces_the_old_allocation_in_one_plan() {
            ClusterState cluster = cluster(node("a"));
            List<Allocation> old = run(cluster, version(0, job(group("front", 2, task(100, 100)))));

            Plan plan = plan(cluster, version(1, job(group("front", 2, task(200, 100)))), false);

            assertThat(plan.placements()).extracting(Placement::index).containsExactly(0, 1);
            assertThat(plan.stops()).extracting(Stop::allocation).containsExactlyElementsOf(old);
            assertThat(counts(plan)).containsExactly(outcome("front", 2, 2, 0));
        }

        @Test
        void waits_for_a_static_port_until_the_old_one_has_ended() {
            ClusterState cluster = cluster(node("a"));
            JobVersion job = version(1, job(group("front", 1, task(200, 100, port("http", 8080)))));
            List<Allocation> old = run(cluster, version(0, job(group("front", 1, task(100, 100, port("http", 8080))))));

            Plan first = plan(cluster, job, false);
            apply(cluster, job, first);
            Plan second = plan(cluster, job, false);
            cluster.putAllocation(end(old.get(0), ClientStatus.CLIENT_STATUS_COMPLETE).toBuilder()
                    .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                    .build());
            Plan third = plan(cluster, job, false);

            assertThat(first.placements()).isEmpty();
            assertThat(first.stops()).extracting(Stop::allocation).containsExactlyElementsOf(old);
            assertThat(failure(first).getSummary())
                    .isEqualTo("1 of 1 node lacks port 8080; 1 fits once stopping allocations have ended");
            assertNothingToDo(second);
            assertThat(third.placements())
                    .singleElement()
                    .satisfies(placement -> assertThat(placement.ports())
                            .extracting(AllocatedPort::getPort)
                            .containsExactly(8080));
        }

        @Test
        void goes_to_another_node_where_the_static_port_is_free() {
            ClusterState cluster = cluster(node("a"), node("b"));
            Allocation old = run(cluster, version(0, job(group("front", 1, task(100, 100, port("http", 8080))))))
                    .get(0);

            Plan plan = plan(cluster, version(1, job(group("front", 1, task(200, 100, port("http", 8080))))), false);

            assertThat(plan.placements())
                    .extracting(placement -> placement.node().getId())
                    .doesNotContain(old.getNodeId())
                    .hasSize(1);
        }

        @Test
        void leaves_the_old_allocation_running_if_it_fits_nowhere() {
            ClusterState cluster = cluster(node("a"));
            run(cluster, version(0, job(group("front", 2, task(100, 100)))));
            JobVersion impossible = version(1, job(group("front", 2, task(100, 100_000))));

            Plan plan = plan(cluster, impossible, false);

            assertNothingToDo(plan);
            assertThat(plan.groups().get(0).keep()).isEqualTo(2);
            assertThat(failure(plan).getUnplaced()).isEqualTo(2);
            assertThat(failure(plan).getSummary())
                    .isEqualTo("1 of 1 node lacks memory; 2 of an older version stay running");
        }

        @Test
        void stops_no_more_old_allocations_than_can_be_replaced() {
            ClusterState cluster = cluster(node("a"), node("b").putMeta("old", "yes"));
            run(cluster, version(0, job(group("front", 2, task(4000, 8192)))));
            JobVersion job = version(
                    1,
                    job(group("front", 2, task(4000, 8000)))
                            .addConstraints(constraint("${meta.old}", "is_not_set", "")));

            Plan first = plan(cluster, job, false);
            apply(cluster, job, first);

            assertThat(first.stops()).hasSize(1);
            assertThat(failure(first).getSummary())
                    .isEqualTo(
                            "Constraint \"${meta.old} is_not_set\" filtered 1 of 2 nodes; 1 lacks cpu; 1 lacks memory; "
                                    + "1 fits once stopping allocations have ended; 1 of an older version stays running");
            assertNothingToDo(plan(cluster, job, false));
        }

        @Test
        void may_swap_nodes_under_distinct_hosts() {
            ClusterState cluster = cluster(node("a"), node("b"));
            run(cluster, version(0, distinctHosts(2, 100)));
            JobVersion job = version(1, distinctHosts(2, 200));

            Plan plan = plan(cluster, job, false);

            assertThat(plan.placements())
                    .extracting(placement -> placement.node().getName())
                    .containsExactlyInAnyOrder("a", "b");
            assertThat(plan.stops()).hasSize(2);
        }
    }

    @Nested
    class Placement_by_constraint {

        @Test
        void the_documentations_example_is_placed_on_rkt_1_30_0_and_not_on_1_1_0() {
            ClusterState cluster = cluster(node("a").putAttributes("driver.rkt.version", "1.1.0"), node("b"));
            JobVersion job = version(
                    0,
                    job(group("front", 4, task(100, 100)))
                            .addConstraints(constraint("${driver.rkt.version}", ">", "1.2")));

            assertThat(plan(cluster, job, false).placements())
                    .extracting(placement -> placement.node().getName())
                    .containsOnly("b")
                    .hasSize(4);
        }

        @Test
        void distinct_hosts_gives_each_allocation_a_node_of_its_own() {
            ClusterState cluster = cluster(node("a"), node("b"), node("c"));

            Plan plan = plan(cluster, version(0, distinctHosts(4, 100)), false);

            assertThat(plan.placements())
                    .extracting(placement -> placement.node().getName())
                    .containsExactlyInAnyOrder("a", "b", "c");
            assertThat(failure(plan).getUnplaced()).isEqualTo(1);
            assertThat(failure(plan).getSummary()).isEqualTo("Constraint \"distinct_hosts\" filtered 3 of 3 nodes");
        }

        @Test
        void distinct_hosts_of_the_job_counts_all_its_groups_and_of_a_group_only_its_own() {
            ClusterState cluster = cluster(node("a"), node("b"));
            JobVersion ofJob = version(
                    0,
                    job(group("front", 2, task(100, 100)), group("back", 1, task(100, 100)))
                            .addConstraints(constraint("", "distinct_hosts", "")));
            JobVersion ofGroup = version(
                    0,
                    job(
                            group("front", 2, task(100, 100)).addConstraints(constraint("", "distinct_hosts", "true")),
                            group("back", 1, task(100, 100))));

            assertThat(plan(cluster, ofJob, false).placements()).hasSize(2);
            assertThat(plan(cluster, ofGroup, false).placements()).hasSize(3);
        }

        @Test
        void distinct_hosts_can_be_switched_off() {
            JobVersion job = version(
                    0,
                    job(group("front", 3, task(100, 100))).addConstraints(constraint("", "distinct_hosts", "false")));

            assertThat(plan(cluster(node("a")), job, false).placements()).hasSize(3);
        }

        @Test
        void distinct_property_limits_how_many_allocations_share_a_value() {
            ClusterState cluster = cluster(
                    node("a").putMeta("rack", "r1"),
                    node("b").putMeta("rack", "r1"),
                    node("c").putMeta("rack", "r2"),
                    node("d"));
            JobVersion job = version(
                    0,
                    job(group("front", 5, task(100, 100)))
                            .addConstraints(constraint("${meta.rack}", "distinct_property", "2")));

            Plan plan = plan(cluster, job, false);

            Map<String, Long> byRack = plan.placements().stream()
                    .collect(Collectors.groupingBy(
                            placement -> placement.node().getMetaOrDefault("rack", "none"), Collectors.counting()));
            assertThat(byRack).containsOnly(entry("r1", 2L), entry("r2", 2L));
            assertThat(failure(plan).getSummary())
                    .isEqualTo("Constraint \"${meta.rack} distinct_property 2\" filtered 4 of 4 nodes");
        }
    }

    @Nested
    class Ranking {

        @Test
        void a_fuller_node_is_preferred() {
            ClusterState cluster = cluster(node("a"), node("b"), node("c"));
            JobVersion other = version(0, job(group("big", 1, task(1000, 2000))).setId("other"));
            Node full = cluster.nodes().get(1).node();
            apply(
                    cluster,
                    other,
                    new Plan(
                            List.of(new Placement(
                                    "big",
                                    0,
                                    0,
                                    full,
                                    List.of(),
                                    Optional.empty(),
                                    RescheduleHistory.NONE,
                                    "",
                                    false,
                                    false,
                                    Optional.empty())),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(),
                            Optional.empty()));

            assertThat(placedOn(plan(cluster, version(0, job(group("front", 1, task(100, 100)))), false)))
                    .containsExactly("b");
        }

        @Test
        void allocations_of_one_group_spread_over_nodes_before_they_share_one() {
            ClusterState cluster = cluster(node("a"), node("b"), node("c"));

            assertThat(placedOn(plan(cluster, version(0, job(group("front", 3, task(100, 100)))), false)))
                    .containsExactlyInAnyOrder("a", "b", "c");
        }

        @Test
        void the_first_node_by_name_is_chosen_among_equal_ones() {
            assertThat(placedOn(plan(
                            cluster(node("c"), node("a"), node("b")),
                            version(0, job(group("front", 1, task(100, 100)))),
                            false)))
                    .containsExactly("a");
        }

        @Test
        void the_same_input_gives_the_same_plan() {
            Node.Builder[] nodes = new Node.Builder[200];
            for (int i = 0; i < nodes.length; i++) {
                nodes[i] = node("n" + i);
            }
            JobVersion job = version(0, job(group("front", 20, task(100, 100, port("http", 0)))));

            assertThat(plan(cluster(nodes), job, false)).isEqualTo(plan(cluster(nodes), job, false));
        }
    }

    @Nested
    class Failures {

        @Test
        void a_placement_failure_names_constraints_and_exhausted_resources() {
            ClusterState cluster = cluster(
                    old("a"),
                    old("b"),
                    old("c"),
                    node("d")
                            .setResources(
                                    NodeResources.newBuilder().setCpu(4000).setMemoryMib(100)),
                    node("e")
                            .setResources(
                                    NodeResources.newBuilder().setCpu(4000).setMemoryMib(100)));
            JobVersion job = version(
                    0,
                    job(group("front", 2, task(100, 500)))
                            .addConstraints(constraint("${driver.rkt.version}", ">", "1.2")));

            PlacementFailure failure = failure(plan(cluster, job, false));

            assertThat(failure.getSummary())
                    .isEqualTo("Constraint \"${driver.rkt.version} > 1.2\" filtered 3 of 5 nodes; 2 lack memory");
            assertThat(failure.getTaskGroup()).isEqualTo("front");
            assertThat(failure.getUnplaced()).isEqualTo(2);
            assertThat(failure.getNodesEvaluated()).isEqualTo(5);
            assertThat(failure.getFilteredList())
                    .containsExactly(reason("Constraint \"${driver.rkt.version} > 1.2\"", 3));
            assertThat(failure.getExhaustedList()).containsExactly(reason("memory", 2));
        }

        @Test
        void nodes_that_are_down_and_nodes_without_the_driver_are_counted_separately() {
            ClusterState cluster = cluster(
                    node("a").setStatus(NodeStatus.NODE_STATUS_DOWN),
                    node("b").setStatus(NodeStatus.NODE_STATUS_DOWN),
                    node("c").removeDrivers("rkt"));

            assertThat(failure(plan(cluster, version(0, job(group("front", 1, task(100, 100)))), false))
                            .getSummary())
                    .isEqualTo("2 of 3 nodes: node is down; 1 of 3 nodes: driver rkt is not offered");
        }

        @Test
        void a_placement_failure_says_that_the_cluster_has_no_nodes() {
            assertThat(failure(plan(new ClusterState(), version(0, job(group("front", 1, task(100, 100)))), false))
                            .getSummary())
                    .isEqualTo("The cluster has no nodes: start one with \"gantry node\"");
        }

        @Test
        void earlier_placements_of_a_plan_reduce_the_resources_for_later_ones() {
            ClusterState cluster = cluster(node("a"));
            JobVersion job = version(
                    0,
                    job(
                            group("front", 1, task(100, 100, port("http", 8080))),
                            group("back", 1, task(100, 100, port("http", 8080)))));

            Plan plan = plan(cluster, job, false);

            assertThat(plan.placements()).extracting(Placement::taskGroup).containsExactly("front");
            assertThat(plan.groups().get(1).failure().orElseThrow().getExhaustedList())
                    .containsExactly(reason("port 8080", 1));
        }

        @Test
        void an_unplaced_allocation_is_placed_once_a_node_fits() {
            ClusterState cluster = cluster(old("a"));
            JobVersion job = version(
                    0,
                    job(group("front", 1, task(100, 100)))
                            .addConstraints(constraint("${driver.rkt.version}", ">", "1.2")));
            assertThat(plan(cluster, job, false).placements()).isEmpty();

            cluster.putNode(node("a").build());

            assertThat(plan(cluster, job, false).placements()).hasSize(1);
        }

        private Node.Builder old(String name) {
            return node(name).putAttributes("driver.rkt.version", "1.1.0");
        }
    }

    @Nested
    class Explanations {

        @Test
        void each_node_is_judged_in_the_order_of_names() {
            ClusterState cluster = cluster(
                    node("d"),
                    node("c")
                            .setResources(
                                    NodeResources.newBuilder().setCpu(4000).setMemoryMib(100)),
                    node("b").putAttributes("driver.rkt.version", "1.1.0"),
                    node("a").setStatus(NodeStatus.NODE_STATUS_DOWN));
            JobVersion job = version(
                    0,
                    job(group("front", 2, task(100, 500)))
                            .addConstraints(constraint("${driver.rkt.version}", ">", "1.2")));
            Plan plan = plan(cluster, job, false);

            List<NodeVerdict> verdicts = explain(cluster, job, plan, 100);

            assertThat(verdicts)
                    .extracting(NodeVerdict::getNodeName, NodeVerdict::getReason, NodeVerdict::getPlaced)
                    .containsExactly(
                            tuple("a", "node is down", 0),
                            tuple("b", "Constraint \"${driver.rkt.version} > 1.2\"", 0),
                            tuple("c", "lacks memory (500 MiB asked, 100 MiB free)", 0),
                            tuple("d", "", 2));
            assertThat(verdicts).extracting(NodeVerdict::getFeasible).containsExactly(false, false, false, true);
            assertThat(verdicts.get(3).getScore()).isBetween(0.01, 0.99);
            assertThat(explain(cluster, job, plan, 2)).hasSize(2);
        }

        @Test
        void an_allocation_to_be_replaced_does_not_block_its_replacement() {
            ClusterState cluster = cluster(node("a"), node("b"));
            run(cluster, version(0, distinctHosts(2, 100)));
            JobVersion job = version(1, distinctHosts(2, 200));
            Plan plan = plan(cluster, job, false);

            assertThat(explain(cluster, job, plan, 100))
                    .extracting(NodeVerdict::getFeasible)
                    .containsExactly(true, true);
        }

        @Test
        void running_allocations_of_the_newest_version_count() {
            ClusterState cluster = cluster(node("a"));
            JobVersion job = version(0, distinctHosts(1, 100));
            run(cluster, job);

            assertThat(explain(cluster, job, NOTHING_NEW, 100))
                    .extracting(NodeVerdict::getReason)
                    .containsExactly("Constraint \"distinct_hosts\"");
        }
    }

    private List<NodeVerdict> explain(ClusterState cluster, JobVersion job, Plan plan, int limit) {
        return scheduler
                .explain(cluster, job, plan, SchedulerOptions.DEFAULT, limit)
                .get(job.getJob().getTaskGroups(0).getName());
    }

    private List<Allocation> run(ClusterState cluster, JobVersion job) {
        return apply(cluster, job, plan(cluster, job, false));
    }

    private static Job.Builder distinctHosts(int count, int cpu) {
        return job(group("front", count, task(cpu, 100))).addConstraints(constraint("", "distinct_hosts", ""));
    }

    private static List<String> placedOn(Plan plan) {
        return plan.placements().stream()
                .map(placement -> placement.node().getName())
                .toList();
    }

    private static void assertNothingToDo(Plan plan) {
        assertThat(plan.placements()).isEmpty();
        assertThat(plan.stops()).isEmpty();
    }

    private static PlacementFailure failure(Plan plan) {
        return plan.groups().get(0).failure().orElseThrow();
    }

    /** Returns the outcomes of the groups without their scores. */
    private static List<GroupOutcome> counts(Plan plan) {
        return plan.groups().stream()
                .map(one -> new GroupOutcome(
                        one.taskGroup(),
                        one.place(),
                        one.stop(),
                        one.update(),
                        one.keep(),
                        one.preempted(),
                        List.of(),
                        one.failure()))
                .toList();
    }

    private static GroupOutcome outcome(String group, int place, int stop, int keep) {
        return new GroupOutcome(group, place, stop, 0, keep, List.of(), List.of(), Optional.empty());
    }

    private static FilterReason reason(String reason, int nodes) {
        return FilterReason.newBuilder().setReason(reason).setNodes(nodes).build();
    }
}
