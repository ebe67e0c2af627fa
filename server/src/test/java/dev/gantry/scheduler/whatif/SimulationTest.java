package dev.gantry.scheduler.whatif;

import static dev.gantry.scheduler.Fixtures.NOW;
import static dev.gantry.scheduler.Fixtures.cluster;
import static dev.gantry.scheduler.Fixtures.constraint;
import static dev.gantry.scheduler.Fixtures.group;
import static dev.gantry.scheduler.Fixtures.job;
import static dev.gantry.scheduler.Fixtures.node;
import static dev.gantry.scheduler.Fixtures.task;
import static dev.gantry.scheduler.Fixtures.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.Timestamp;
import dev.gantry.restriction.MachineUses;
import dev.gantry.scheduler.Fixtures;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.scheduler.plan.Placement;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.PlanDeadline;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.scheduler.state.SchedulerOptions.Algorithm;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Drain;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.MigrateStrategy;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.SchedulingEligibility;
import dev.gantry.v1.UpdateStrategy;
import dev.gantry.v1.WhatIfAllocation;
import dev.gantry.v1.WhatIfFit;
import dev.gantry.v1.WhatIfGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SimulationTest {

    private static final Scheduler SCHEDULER = new Scheduler(MachineUses.NONE);

    private final ClusterState cluster = cluster(node("a"), node("b"), node("c"));
    private final List<SimulatedJob> jobs = new ArrayList<>();

    @Test
    void a_drained_node_loses_its_allocations_to_nodes_with_room() {
        run(service("web", 6, 100));
        long onA = on("a").count();

        Effects.Result result = simulate(drain("a"));

        assertThat(onA).isPositive();
        assertThat(result.groups()).singleElement().satisfies(web -> {
            assertThat(web.getMoved()).isEqualTo((int) onA);
            assertThat(web.getWaiting()).isZero();
        });
        assertThat(result.allocations()).hasSize((int) onA).allSatisfy(one -> {
            assertThat(one.getFromNode()).isEqualTo("a");
            assertThat(one.getToNode()).isIn("b", "c");
            assertThat(one.getReason()).isEqualTo("its node is draining");
        });
    }

    @Test
    void a_drain_while_a_new_version_is_rolled_out_ends_with_that_version_on_the_other_nodes() {
        UpdateStrategy.Builder update = UpdateStrategy.newBuilder().setMaxParallel(1);
        run(service("web", 6, 100).setUpdate(update));
        JobVersion newer = version(1, service("web", 6, 200).setUpdate(update));
        Plan begun = Fixtures.plan(cluster, newer, false);
        cluster.putJob(newer);
        begun.deployments().forEach(cluster::putDeployment);
        begun.stops()
                .forEach(stop -> cluster.putAllocation(stop.allocation().toBuilder()
                        .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                        .setClientStatus(ClientStatus.CLIENT_STATUS_COMPLETE)
                        .build()));
        begun.placements()
                .forEach(placement -> cluster.putAllocation(placement
                        .allocation("new", "web", Timestamp.getDefaultInstance())
                        .setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)
                        .build()));
        jobs.set(0, new SimulatedJob(newer, false, false, 0, Map.of()));

        Effects.Result result = simulate(drain("a"));

        assertThat(begun.placements()).hasSize(1);
        assertThat(result.settled()).isTrue();
        assertThat(only(result).getWaiting()).isZero();
        assertThat(only(result).getReplaced() + only(result).getMoved()).isBetween(5, 6);
        assertThat(result.allocations())
                .filteredOn(one -> !one.getToNode().isEmpty())
                .noneMatch(one -> one.getToNode().equals("a"))
                .hasSizeGreaterThanOrEqualTo(5);
    }

    @Test
    void nothing_of_the_cluster_changes() {
        run(service("web", 6, 1000));
        List<Allocation> before = allocations();

        simulate(drain("a"), drain("b"));

        assertThat(allocations()).containsExactlyInAnyOrderElementsOf(before);
        assertThat(cluster.usageOf("id-a").node().hasDrain()).isFalse();
        assertThat(cluster.usageOf("id-a").allocations()).hasSize((int) on("a").count());
    }

    @Test
    void what_has_no_other_place_waits_once_the_deadline_of_the_drain_has_passed() {
        run(service("web", 3, 3000));

        WhatIfGroup after = only(simulate(drain("a")));
        WhatIfGroup patient = only(simulate(patiently("a")));

        assertThat(after.getStopped()).isEqualTo(1);
        assertThat(after.getWaiting()).isEqualTo(1);
        assertThat(after.getFailure().getSummary()).contains("cpu");
        assertThat(patient.getStopped()).isZero();
        assertThat(patient.getFailure().getSummary()).contains("stays on a draining node");
    }

    @Test
    void allocations_whose_migrate_block_says_0_move_at_the_deadline_of_the_drain_only() {
        Job.Builder job = service("web", 3, 100);
        job.getTaskGroupsBuilder(0).setMigrate(MigrateStrategy.newBuilder().setMaxParallel(0));
        run(job);
        int onA = (int) on("a").count();

        assertThat(only(simulate(drain("a"))).getMoved()).isEqualTo(onA).isPositive();
        assertThat(simulate(patiently("a")).groups()).isEmpty();
    }

    @Test
    void allocations_of_batch_jobs_move_at_the_deadline_of_the_drain_only() {
        run(service("sum", 3, 100).setType(JobType.JOB_TYPE_BATCH));
        int onA = (int) on("a").count();

        assertThat(only(simulate(drain("a"))).getMoved()).isEqualTo(onA).isPositive();
        assertThat(simulate(patiently("a")).groups()).isEmpty();
    }

    @Test
    void system_jobs_leave_drained_nodes_and_run_on_new_ones() {
        run(service("logs", 1, 100).setType(JobType.JOB_TYPE_SYSTEM));

        Effects.Result result =
                simulate(drain("a"), node("d").build(), node("e").build());

        WhatIfGroup logs = only(result);
        assertThat(logs.getPlaced()).isEqualTo(2);
        assertThat(logs.getStopped()).isEqualTo(1);
        assertThat(result.allocations())
                .extracting(WhatIfAllocation::getFromNode, WhatIfAllocation::getToNode)
                .containsExactlyInAnyOrder(tuple("a", ""), tuple("", "d"), tuple("", "e"));
    }

    @Test
    void new_nodes_get_what_waits_if_it_may_run_there() {
        run(service("web", 4, 4000).addConstraints(constraint("${driver.rkt.version}", ">", "1.2")));
        jobs.set(0, new SimulatedJob(jobs.get(0).version(), false, true, 1, Map.of("web", 1)));

        WhatIfGroup old = only(
                simulate(node("d").putAttributes("driver.rkt.version", "1.1.0").build()));
        WhatIfGroup with = only(simulate(node("d").build()));

        assertThat(old.getPlaced()).isZero();
        assertThat(old.getWaiting()).isEqualTo(1);
        assertThat(old.getFailure().getSummary()).contains("${driver.rkt.version} > 1.2\" filtered 1 of 4 nodes");
        assertThat(with.getPlaced()).isEqualTo(1);
        assertThat(with.getWaitingBefore()).isEqualTo(1);
        assertThat(with.getWaiting()).isZero();
        assertThat(with.hasFailure()).isFalse();
    }

    @Test
    void a_higher_count_is_placed_as_far_as_it_fits() {
        run(service("web", 2, 1000));

        WhatIfGroup web = only(simulate(List.of(), changed(1, service("web", 20, 1000))));

        assertThat(web.getPlaced()).isEqualTo(10);
        assertThat(web.getUpdatedInPlace()).isEqualTo(2);
        assertThat(web.getWaiting()).isEqualTo(8);
    }

    @Test
    void an_important_job_preempts_and_the_others_move_or_wait() {
        run(service("low", 6, 2000).setPriority(20));

        Effects.Result result = preempt("high", 2);

        assertThat(result.settled()).isTrue();
        assertThat(result.groups()).extracting(WhatIfGroup::getJobId).containsExactly("high", "low");
        assertThat(result.groups().get(0).getPlaced()).isEqualTo(2);
        WhatIfGroup low = result.groups().get(1);
        assertThat(low.getPreempted()).isPositive();
        assertThat(low.getWaiting()).isEqualTo(4);
        assertThat(low.getStopped()).isEqualTo(4);
        assertThat(result.allocations())
                .filteredOn(one -> one.getJobId().equals("low"))
                .extracting(WhatIfAllocation::getReason)
                .allMatch(reason -> reason.contains("preempted by high.high["));
    }

    @Test
    void a_preempted_allocation_is_not_placed_again_where_the_preempting_one_waits() {
        run(service("low", 5, 2000).setPriority(20));

        Effects.Result result = preempt("high", 1);

        assertThat(result.settled()).isTrue();
        assertThat(result.groups()).extracting(WhatIfGroup::getJobId).containsExactly("high", "low");
        assertThat(result.groups().get(0).getPlaced()).isEqualTo(1);
        assertThat(result.groups().get(1).getPreempted()).isEqualTo(1);
        assertThat(result.groups().get(1).getWaiting()).isEqualTo(1);
    }

    private Effects.Result preempt(String id, int count) {
        return simulation(new SchedulerOptions(Algorithm.BINPACK, Set.of(JobType.JOB_TYPE_SERVICE)))
                .run(new Changes(
                        List.of(), List.of(changed(0, service(id, count, 3000).setPriority(80)))));
    }

    @Test
    void a_new_version_takes_all_its_steps() {
        UpdateStrategy.Builder update =
                UpdateStrategy.newBuilder().setMaxParallel(1).setCanary(0);
        run(service("web", 4, 100).setUpdate(update));

        WhatIfGroup web =
                only(simulate(List.of(), changed(1, service("web", 4, 200).setUpdate(update))));

        assertThat(web.getReplaced()).isEqualTo(4);
    }

    @Test
    void canaries_stay_canaries_unless_they_are_promoted_automatically() {
        UpdateStrategy.Builder update =
                UpdateStrategy.newBuilder().setMaxParallel(1).setCanary(1);
        run(service("web", 4, 100).setUpdate(update));

        WhatIfGroup manual =
                only(simulate(List.of(), changed(1, service("web", 4, 200).setUpdate(update))));
        WhatIfGroup automatic = only(simulate(
                List.of(),
                changed(1, service("web", 4, 200).setUpdate(update.clone().setAutoPromote(true)))));

        assertThat(manual.getPlaced()).isEqualTo(1);
        assertThat(manual.getReplaced()).isZero();
        assertThat(automatic.getReplaced()).isEqualTo(4);
    }

    @Test
    void a_lost_node_loses_its_allocations() {
        run(service("web", 6, 100));
        int onA = (int) on("a").count();

        Effects.Result result = simulate(cluster.usageOf("id-a").node().toBuilder()
                .setStatus(NodeStatus.NODE_STATUS_DOWN)
                .build());

        assertThat(only(result).getMoved()).isEqualTo(onA).isPositive();
        assertThat(result.allocations()).extracting(WhatIfAllocation::getReason).containsOnly("its node a is down");
    }

    @Test
    void a_stopped_job_leaves_its_place_to_what_waits() {
        run(service("first", 3, 4000));
        run(service("second", 2, 4000));
        JobVersion first = jobs.get(0).version();
        jobs.set(1, new SimulatedJob(jobs.get(1).version(), false, true, 1, Map.of("second", 2)));

        Effects.Result result = simulate(List.of(), new SimulatedJob(first, true, true, Long.MAX_VALUE, Map.of()));

        assertThat(result.groups()).hasSize(2);
        assertThat(result.groups().get(0).getStopped()).isEqualTo(3);
        assertThat(result.groups().get(1).getPlaced()).isEqualTo(2);
    }

    @Test
    void a_fit_counts_what_can_be_placed_besides_and_says_why_not_more() {
        run(service("web", 2, 1000));
        Simulation simulation = simulation(SchedulerOptions.DEFAULT);
        simulation.run(new Changes(List.of(drain("a")), List.of()));

        WhatIfFit fit = simulation.fit("web", "web");

        assertThat(fit.getMore()).isEqualTo(6);
        assertThat(fit.getAtLeast()).isFalse();
        assertThat(fit.getLimit().getSummary()).contains("2 lack cpu");
    }

    @Test
    void a_fit_keeps_to_constraints_of_the_job_and_is_bounded() {
        run(service("web", 1, 100).addConstraints(constraint("", "distinct_hosts", "")));
        run(service("tiny", 1, 0).clearTaskGroups().addTaskGroups(group("tiny", 1, task(0, 0))));
        Simulation simulation = simulation(SchedulerOptions.DEFAULT);
        simulation.run(new Changes(List.of(), List.of()));

        assertThat(simulation.fit("web", "web").getMore()).isEqualTo(2);
        assertThat(simulation.fit("tiny", "tiny").getMore()).isEqualTo(Simulation.MOST_FITTING);
        assertThat(simulation.fit("tiny", "tiny").getAtLeast()).isTrue();
    }

    @Test
    void a_fit_of_a_stopped_job_counts_as_if_the_job_ran() {
        run(service("web", 2, 1000));
        JobVersion web = jobs.get(0).version();
        Simulation simulation = simulation(SchedulerOptions.DEFAULT);
        int beyond = fitBeyondCount();
        simulation.run(new Changes(List.of(), List.of(new SimulatedJob(web, true, true, 0, Map.of()))));

        WhatIfFit fit = simulation.fit("web", "web");

        assertThat(fit.getNotRunning()).isTrue();
        assertThat(fit.getMore()).isEqualTo(beyond + 2);
    }

    private int fitBeyondCount() {
        Simulation running = simulation(SchedulerOptions.DEFAULT);
        running.run(new Changes(List.of(), List.of()));
        WhatIfFit fit = running.fit("web", "web");
        assertThat(fit.getNotRunning()).isFalse();
        return fit.getMore();
    }

    private static Job.Builder service(String id, int count, int cpu) {
        return job(group(id, count, task(cpu, 100))).setId(id).setType(JobType.JOB_TYPE_SERVICE);
    }

    /** Places a job; all its allocations run. */
    private void run(Job.Builder job) {
        JobVersion version = version(0, job);
        List<Placement> placements = Fixtures.plan(cluster, version, false).placements();
        cluster.putJob(version);
        for (Placement placement : placements) {
            Node node = placement.node();
            cluster.putAllocation(Fixtures.allocationOn(node.getId(), version, placement.index()).toBuilder()
                    .setId(version.getJob().getId()
                            + cluster.allocationsOf(version.getJob().getId()).size())
                    .setNodeName(node.getName())
                    .setHealthy(true)
                    .build());
        }
        jobs.add(new SimulatedJob(version, false, false, 0, Map.of()));
    }

    private static SimulatedJob changed(long version, Job.Builder job) {
        return new SimulatedJob(version(version, job), false, true, Long.MAX_VALUE, Map.of());
    }

    private Effects.Result simulate(Node... nodes) {
        return simulate(List.of(nodes));
    }

    private Effects.Result simulate(List<Node> nodes, SimulatedJob... changed) {
        return simulation(SchedulerOptions.DEFAULT).run(new Changes(nodes, List.of(changed)));
    }

    private Simulation simulation(SchedulerOptions options) {
        return new Simulation(
                SCHEDULER, options, cluster.copy(PlanDeadline.NONE).get(), jobs, NOW);
    }

    private Node drain(String name) {
        return draining(name, Drain.newBuilder().setDeadline(Timestamp.getDefaultInstance()));
    }

    private Node patiently(String name) {
        return draining(name, Drain.newBuilder());
    }

    private Node draining(String name, Drain.Builder drain) {
        return cluster.usageOf("id-" + name).node().toBuilder()
                .setDrain(drain)
                .setEligibility(SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE)
                .build();
    }

    private static WhatIfGroup only(Effects.Result result) {
        assertThat(result.groups()).hasSize(1);
        return result.groups().get(0);
    }

    private Stream<Allocation> on(String node) {
        return allocations().stream().filter(one -> one.getNodeId().equals("id-" + node));
    }

    private List<Allocation> allocations() {
        return jobs.stream()
                .flatMap(job -> cluster.allocationsOf(job.id()).stream())
                .toList();
    }
}
