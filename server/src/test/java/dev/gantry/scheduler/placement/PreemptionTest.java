package dev.gantry.scheduler.placement;

import static dev.gantry.scheduler.Fixtures.NOW;
import static dev.gantry.scheduler.Fixtures.apply;
import static dev.gantry.scheduler.Fixtures.cluster;
import static dev.gantry.scheduler.Fixtures.end;
import static dev.gantry.scheduler.Fixtures.group;
import static dev.gantry.scheduler.Fixtures.node;
import static dev.gantry.scheduler.Fixtures.plan;
import static dev.gantry.scheduler.Fixtures.port;
import static dev.gantry.scheduler.Fixtures.task;
import static dev.gantry.scheduler.Fixtures.version;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.restriction.MachineUses;
import dev.gantry.scheduler.Fixtures;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.plan.StopCause;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.scheduler.state.SchedulerOptions.Algorithm;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Port;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests preemption on nodes with 4000 MHz and 8192 MiB. */
class PreemptionTest {

    private static final SchedulerOptions PREEMPTING =
            new SchedulerOptions(Algorithm.BINPACK, Set.of(JobType.JOB_TYPE_SERVICE));

    private final ClusterState cluster = cluster(node("a"));

    @Test
    void jobs_are_preempted_only_if_the_configuration_allows_it() {
        run("low", 20, 3000);
        JobVersion high = job("high", 80, 2000);

        assertThat(plan(cluster, high, false).stops()).isEmpty();
        assertThat(preempted(high)).containsExactly("low");
    }

    @Test
    void only_priorities_lower_by_ten_are_preempted() {
        run("low", 71, 3000);

        assertThat(preempted(job("high", 80, 2000))).isEmpty();
        assertThat(preempted(job("higher", 81, 2000))).containsExactly("low");
    }

    @Test
    void no_more_are_preempted_than_needed_and_the_lowest_priority_first() {
        run("tiny", 20, 100);
        run("low", 30, 1500);
        run("middle", 40, 1500);

        assertThat(preempted(job("high", 80, 2000))).containsExactly("low");
    }

    @Test
    void among_equal_priorities_the_holder_of_the_lacking_resource_is_preempted() {
        run("large", 20, 2500);
        run("fitting", 20, 1000);

        assertThat(preempted(job("high", 80, 1400))).containsExactly("fitting");
    }

    @Test
    void the_holder_of_a_static_port_is_preempted() {
        run("other", 20, 100);
        run("holder", 20, 100, port("http", 8080));

        assertThat(preempted(job("high", 80, 100, port("http", 8080)))).containsExactly("holder");
    }

    @Test
    void the_preempting_allocation_waits_for_its_resources_and_nothing_more_is_preempted_meanwhile() {
        Allocation low = run("low", 20, 3000);
        JobVersion high = job("high", 80, 2000);

        Plan first = new Scheduler(MachineUses.NONE).plan(cluster, high, false, NOW, PREEMPTING);
        apply(cluster, high, first);
        Plan second = new Scheduler(MachineUses.NONE).plan(cluster, high, false, NOW, PREEMPTING);
        cluster.putAllocation(end(low, ClientStatus.CLIENT_STATUS_COMPLETE));
        Plan third = new Scheduler(MachineUses.NONE).plan(cluster, high, false, NOW, PREEMPTING);

        assertThat(first.placements()).isEmpty();
        assertThat(first.groups().get(0).preempted()).containsExactly(low);
        assertThat(first.groups().get(0).stop()).isZero();
        assertThat(first.stops().get(0).reason()).isEqualTo("preempted by high.front[0] of priority 80");
        assertThat(first.groups().get(0).failure().orElseThrow().getSummary())
                .isEqualTo("1 of 1 node lacks cpu; 1 fits once stopping allocations have ended");
        assertThat(second.changesNothing()).isTrue();
        assertThat(third.placements()).hasSize(1);
    }

    @Test
    void nothing_is_preempted_where_it_would_not_suffice() {
        run("low", 20, 1000);
        run("important", 75, 2500);

        assertThat(preempted(job("high", 80, 2000))).isEmpty();
    }

    @Test
    void what_an_allocation_waits_for_after_preempting_is_given_to_no_job_that_is_not_more_important() {
        Allocation low = run("low", 20, 2000);
        JobVersion high = job("high", 80, 3000);

        carryOut(high);

        assertThat(placed(job("low-again", 20, 2000))).isZero();
        assertThat(placed(job("as-important", 80, 2000))).isZero();
        assertThat(placed(job("beside", 20, 1000)))
                .as("4000 - 3000 MHz are left")
                .isEqualTo(1);
        assertThat(placed(job("higher", 81, 2000))).isEqualTo(1);
        cluster.putAllocation(end(low, ClientStatus.CLIENT_STATUS_COMPLETE));
        assertThat(placed(job("low-again", 20, 2000))).isZero();
        assertThat(carryOut(high).placements()).hasSize(1);
        assertThat(placed(job("beside", 20, 1000))).isEqualTo(1);
    }

    @Test
    void a_static_port_that_a_preempting_allocation_waits_for_is_kept_too() {
        Allocation holder = run("holder", 20, 100, port("http", 8080));
        Allocation large = run("large", 20, 3800);
        JobVersion high = job("high", 80, 1000, port("http", 8080));

        carryOut(high);
        cluster.putAllocation(end(holder, ClientStatus.CLIENT_STATUS_COMPLETE));
        boolean whileLargeStops = placed(job("holder-again", 20, 10, port("http", 8080))) > 0;
        carryOut(high);
        cluster.putAllocation(end(large, ClientStatus.CLIENT_STATUS_COMPLETE));

        assertThat(whileLargeStops).isFalse();
        assertThat(carryOut(high).placements()).hasSize(1);
    }

    @Test
    void a_job_that_is_stopped_keeps_nothing() {
        run("low", 20, 2000);
        JobVersion high = job("high", 80, 3000);
        carryOut(high);

        Plan end = new Scheduler(MachineUses.NONE).plan(cluster, high, true, NOW, PREEMPTING);
        cluster.reserve(high.getJob(), end.reservations());

        assertThat(placed(job("other", 20, 2000))).isEqualTo(1);
    }

    @Test
    void room_that_an_update_frees_is_kept_for_the_new_version() {
        Allocation old = run("web", 50, 3000);
        JobVersion larger = job("web", 50, 3500).toBuilder().setVersion(1).build();

        carryOut(larger);

        assertThat(placed(job("other", 50, 1000))).isZero();
        assertThat(placed(job("small", 50, 500))).isEqualTo(1);
        cluster.putAllocation(end(old, ClientStatus.CLIENT_STATUS_COMPLETE));
        assertThat(carryOut(larger).placements()).hasSize(1);
    }

    @Test
    void who_waits_for_the_end_of_what_others_have_stopped_keeps_nothing() {
        Allocation low = run("low", 20, 3000);
        cluster.putAllocation(low.toBuilder()
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                .build());

        Plan plan = carryOut(job("next", 20, 2000));

        assertThat(plan.groups().get(0).failure().orElseThrow().getSummary())
                .contains("1 fits once stopping allocations have ended");
        assertThat(plan.reservations()).isEmpty();
        assertThat(placed(job("other", 20, 1000))).isEqualTo(1);
    }

    private Plan carryOut(JobVersion job) {
        Plan plan = new Scheduler(MachineUses.NONE).plan(cluster, job, false, NOW, PREEMPTING);
        apply(cluster, job, plan);
        cluster.reserve(job.getJob(), plan.reservations());
        return plan;
    }

    private int placed(JobVersion job) {
        return plan(cluster, job, false).placements().size();
    }

    private List<String> preempted(JobVersion job) {
        return new Scheduler(MachineUses.NONE)
                .plan(cluster, job, false, NOW, PREEMPTING).stops().stream()
                        .filter(stop -> stop.cause() == StopCause.PREEMPTED)
                        .map(stop -> stop.allocation().getJobId())
                        .toList();
    }

    private Allocation run(String id, int priority, int cpu, Port... ports) {
        JobVersion job = job(id, priority, cpu, ports);
        return apply(cluster, job, plan(cluster, job, false)).get(0);
    }

    private static JobVersion job(String id, int priority, int cpu, Port... ports) {
        Job.Builder job = Fixtures.job(group("front", 1, task(cpu, 100, ports)));
        return version(0, job.setId(id).setPriority(priority));
    }
}
