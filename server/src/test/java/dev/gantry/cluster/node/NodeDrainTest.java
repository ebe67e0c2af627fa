package dev.gantry.cluster.node;

import static dev.gantry.store.TestIds.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Durations;
import dev.gantry.cluster.ClusterFixture;
import dev.gantry.cluster.FullStore;
import dev.gantry.cluster.RefusedException;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DrainStrategy;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Node;
import dev.gantry.v1.SchedulingEligibility;
import dev.gantry.v1.UpdateStrategy;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests drains without a scheduler, which decides which allocations move. */
class NodeDrainTest {

    @TempDir
    Path dir;

    private ClusterFixture cluster;
    private NodeDrainer drainer;

    @BeforeEach
    void open() {
        cluster = new ClusterFixture(dir);
        drainer = drainer();
        cluster.store().listen(drainer::publish);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void jobs_on_a_draining_node_are_evaluated_and_the_drain_ends_when_they_have_left() {
        cluster.insert(
                ClusterFixture.allocation(id("a1"), cluster.submit("web", "v1", UpdateStrategy.newBuilder()), 0));

        drain(DrainStrategy.newBuilder());
        assertThat(node().hasDrain()).isTrue();
        assertThat(cluster.newestEvaluation("web").getTrigger())
                .isEqualTo(EvaluationTrigger.EVALUATION_TRIGGER_NODE_DRAIN);

        cluster.report(id("a1"), ClientStatus.CLIENT_STATUS_COMPLETE);
        settle();

        assertThat(node().hasDrain()).isFalse();
        assertThat(node().getEligibility()).isEqualTo(SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE);
    }

    @Test
    void allocations_of_system_jobs_may_stay() {
        cluster.submit(
                Job.newBuilder().setId("agent").setType(JobType.JOB_TYPE_SYSTEM).build());
        cluster.insert(ClusterFixture.allocation(id("a1"), cluster.job("agent"), 0));

        drain(DrainStrategy.newBuilder().setIgnoreSystemJobs(true));

        assertThat(node().hasDrain()).isFalse();
    }

    @Test
    void jobs_are_evaluated_once_more_at_the_deadline() {
        cluster.insert(
                ClusterFixture.allocation(id("a1"), cluster.submit("web", "v1", UpdateStrategy.newBuilder()), 0));
        drain(DrainStrategy.newBuilder().setDeadline(Durations.fromMinutes(1)));
        String first = cluster.newestEvaluation("web").getId();
        drainer.check();
        settle();
        assertThat(cluster.newestEvaluation("web").getId()).isEqualTo(first);

        cluster.pass(Duration.ofMinutes(1));
        drainer.check();
        settle();
        String second = cluster.newestEvaluation("web").getId();
        drainer.check();
        settle();

        assertThat(second).isNotEqualTo(first);
        assertThat(cluster.newestEvaluation("web").getId()).isEqualTo(second);
    }

    @Test
    void a_deadline_is_not_moved_by_setting_the_clock_back() {
        cluster.insert(
                ClusterFixture.allocation(id("a1"), cluster.submit("web", "v1", UpdateStrategy.newBuilder()), 0));
        drain(DrainStrategy.newBuilder().setDeadline(Durations.fromMinutes(1)));
        String first = cluster.newestEvaluation("web").getId();
        cluster.setClockAhead(Duration.ofDays(-47));

        cluster.pass(Duration.ofMinutes(1));
        drainer.check();
        settle();
        settle();

        assertThat(cluster.newestEvaluation("web").getId()).isNotEqualTo(first);
        assertThat(node().getDrain().getOverdue()).isTrue();
    }

    @Test
    void a_deadline_is_not_moved_by_setting_the_clock_ahead() {
        cluster.insert(
                ClusterFixture.allocation(id("a1"), cluster.submit("web", "v1", UpdateStrategy.newBuilder()), 0));
        drain(DrainStrategy.newBuilder().setDeadline(Durations.fromMinutes(1)));
        cluster.setClockAhead(Duration.ofDays(47));

        cluster.report(id("a1"), ClientStatus.CLIENT_STATUS_PENDING);
        drainer.check();
        settle();
        assertThat(node().getDrain().getOverdue()).isFalse();
        cluster.pass(Duration.ofMinutes(1));
        drainer.check();
        settle();

        assertThat(node().getDrain().getOverdue()).isTrue();
    }

    @Test
    void a_passed_deadline_that_is_postponed_comes_again() {
        cluster.insert(
                ClusterFixture.allocation(id("a1"), cluster.submit("web", "v1", UpdateStrategy.newBuilder()), 0));
        drain(DrainStrategy.newBuilder().setDeadline(Durations.ZERO));
        assertThat(node().getDrain().getOverdue()).isTrue();

        drain(DrainStrategy.newBuilder().setDeadline(Durations.fromMinutes(1)));
        drainer.check();
        settle();
        assertThat(node().getDrain().getOverdue()).isFalse();
        cluster.pass(Duration.ofMinutes(1));
        drainer.check();
        settle();

        assertThat(node().getDrain().getOverdue()).isTrue();
    }

    @Test
    void a_drain_outlives_the_server_and_the_sessions_of_its_node() {
        cluster.insert(
                ClusterFixture.allocation(id("a1"), cluster.submit("web", "v1", UpdateStrategy.newBuilder()), 0));
        drain(DrainStrategy.newBuilder());
        String first = cluster.newestEvaluation("web").getId();
        cluster.nodes()
                .register(
                        Node.newBuilder()
                                .setId(ClusterFixture.NODE)
                                .setName("one")
                                .build(),
                        "secret",
                        "",
                        new NodeRegistry.Proof(true, false))
                .join();
        assertThat(node().hasDrain()).isTrue();
        assertThat(node().getEligibility()).isEqualTo(SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE);

        drainer().load(cluster.store().reader());
        settle();

        assertThat(cluster.newestEvaluation("web").getId()).isNotEqualTo(first);
    }

    @Test
    void a_draining_node_becomes_eligible_only_by_the_end_of_the_drain() {
        cluster.insert(
                ClusterFixture.allocation(id("a1"), cluster.submit("web", "v1", UpdateStrategy.newBuilder()), 0));
        drain(DrainStrategy.newBuilder());
        assertThatThrownBy(() -> cluster.nodes()
                        .setEligibility(ClusterFixture.NODE, SchedulingEligibility.SCHEDULING_ELIGIBILITY_ELIGIBLE)
                        .join())
                .hasCauseInstanceOf(RefusedException.class);

        cluster.nodes().endDrain(ClusterFixture.NODE, true).join();

        assertThat(node().hasDrain()).isFalse();
        assertThat(node().getEligibility()).isEqualTo(SchedulingEligibility.SCHEDULING_ELIGIBILITY_ELIGIBLE);
    }

    @Test
    void a_drain_step_that_an_overloaded_store_refused_is_repeated_at_the_next_check() throws Exception {
        cluster.insert(
                ClusterFixture.allocation(id("a1"), cluster.submit("web", "v1", UpdateStrategy.newBuilder()), 0));
        drain(DrainStrategy.newBuilder());
        String first = cluster.newestEvaluation("web").getId();
        NodeDrainer next = drainer();
        FullStore full = FullStore.of(cluster.store());
        next.load(cluster.store().reader());
        full.release();
        settle();
        assertThat(cluster.newestEvaluation("web").getId()).isEqualTo(first);

        next.check();
        settle();

        assertThat(cluster.newestEvaluation("web").getId()).isNotEqualTo(first);
    }

    /** Returns a drainer whose steps run on the calling thread. */
    private NodeDrainer drainer() {
        return new NodeDrainer(cluster.store(), cluster.evaluations(), cluster.clocks(), Runnable::run);
    }

    private void drain(DrainStrategy.Builder strategy) {
        cluster.nodes().drain(ClusterFixture.NODE, strategy.build()).join();
        settle();
    }

    /** Waits until the requested steps are stored. */
    private void settle() {
        cluster.store().write(tx -> null).join();
    }

    private Node node() {
        return cluster.store().reader().nodes().find(ClusterFixture.NODE).orElseThrow();
    }
}
