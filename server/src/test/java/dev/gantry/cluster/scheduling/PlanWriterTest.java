package dev.gantry.cluster.scheduling;

import static dev.gantry.store.TestIds.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.cluster.ClusterFixture;
import dev.gantry.cluster.scheduling.PlanWriter.Outcome;
import dev.gantry.model.ProtoTimes;
import dev.gantry.scheduler.plan.DelayedReschedule;
import dev.gantry.scheduler.plan.InPlaceUpdate;
import dev.gantry.scheduler.plan.Placement;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.plan.RescheduleHistory;
import dev.gantry.scheduler.plan.Stop;
import dev.gantry.scheduler.plan.StopCause;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentGroup;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Drain;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.SchedulingEligibility;
import dev.gantry.v1.UpdateStrategy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlanWriterTest {

    private static final Plan NOTHING =
            new Plan(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), Optional.empty());

    @TempDir
    Path dir;

    private ClusterFixture cluster;
    private PlanWriter writer;
    private JobRecord job;

    @BeforeEach
    void open() {
        cluster = new ClusterFixture(dir);
        writer = new PlanWriter(cluster.store(), cluster.identifiers(), cluster.evaluations(), cluster.clock());
        job = cluster.submit("web", "v1", UpdateStrategy.newBuilder());
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void a_rescheduled_allocation_and_its_predecessor_name_each_other() {
        Allocation failed = cluster.insert(ClusterFixture.allocation(id("a1"), job, 0).toBuilder()
                .setClientStatus(ClientStatus.CLIENT_STATUS_FAILED)
                .setNextRescheduleTime(
                        ProtoTimes.toTimestampMillis(cluster.clock().instant()))
                .build());
        Placement placement = new Placement(
                "web",
                0,
                0,
                cluster.store().reader().nodes().find(ClusterFixture.NODE).orElseThrow(),
                List.of(),
                Optional.of(failed),
                new RescheduleHistory(
                        List.of(ProtoTimes.toTimestampMillis(cluster.clock().instant())), 0),
                "",
                false,
                false,
                Optional.empty());

        Allocation placed = write(NOTHING, placement);

        assertThat(cluster.allocation(id("a1")).getNextAllocationId()).isEqualTo(placed.getId());
        assertThat(cluster.allocation(id("a1")).hasNextRescheduleTime()).isFalse();
        assertThat(cluster.allocation(placed.getId())).satisfies(next -> {
            assertThat(next.getPreviousAllocationId()).isEqualTo(id("a1"));
            assertThat(next.getRescheduleTimesCount()).isEqualTo(1);
        });
    }

    @Test
    void a_delayed_reschedule_is_stored_with_its_time() {
        Allocation failed = cluster.insert(ClusterFixture.allocation(id("a1"), job, 0).toBuilder()
                .setClientStatus(ClientStatus.CLIENT_STATUS_FAILED)
                .build());
        Instant later = cluster.clock().instant().plusSeconds(30);

        write(new Plan(
                List.of(),
                List.of(),
                List.of(),
                List.of(new DelayedReschedule(failed, later)),
                List.of(),
                List.of(),
                List.of(),
                Optional.of(later)));

        assertThat(ProtoTimes.toInstantMillis(cluster.allocation(id("a1")).getNextRescheduleTime()))
                .isEqualTo(later);
        assertThat(cluster.store().reader().activity().hasFailed("web")).isFalse();
    }

    @Test
    void an_allocation_updated_in_place_has_the_new_version_and_its_node_is_told() {
        Allocation running = cluster.insert(ClusterFixture.allocation(id("a1"), job, 0));
        List<Allocation> assignments = new CopyOnWriteArrayList<>();
        cluster.store().listen(change -> assignments.addAll(change.assignments()));
        job = cluster.submit("web", "v2", UpdateStrategy.newBuilder());

        write(new Plan(
                List.of(),
                List.of(new InPlaceUpdate(running, "d1", true)),
                List.of(),
                List.of(),
                List.of(),
                List.of(deployment("d1", 1)),
                List.of(),
                Optional.empty()));

        assertThat(cluster.allocation(id("a1"))).satisfies(updated -> {
            assertThat(updated.getJobVersion()).isEqualTo(1);
            assertThat(updated.getDeploymentId()).isEqualTo("d1");
            assertThat(updated.getHealthy()).isTrue();
        });
        assertThat(assignments).extracting(Allocation::getId).containsExactly(id("a1"));
        assertThat(cluster.deployment("d1").getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
        assertThat(cluster.job("web").getStable()).isTrue();
    }

    @Test
    void a_preempted_allocation_names_its_successor_and_its_job_is_evaluated() {
        JobRecord poor = cluster.submit("poor", "v1", UpdateStrategy.newBuilder());
        Allocation victim = cluster.insert(ClusterFixture.allocation(id("a1"), poor, 0));
        Placement placement = new Placement(
                "web",
                0,
                0,
                cluster.store().reader().nodes().find(ClusterFixture.NODE).orElseThrow(),
                List.of(),
                Optional.empty(),
                RescheduleHistory.NONE,
                "",
                false,
                false,
                Optional.empty());

        Allocation placed = write(preempting(victim), placement);

        assertThat(cluster.allocation(id("a1"))).satisfies(stopped -> {
            assertThat(stopped.getDesiredStatus()).isEqualTo(DesiredStatus.DESIRED_STATUS_STOP);
            assertThat(stopped.getPreemptedByAllocationId()).isEqualTo(placed.getId());
        });
        assertThat(cluster.newestEvaluation("poor").getTrigger())
                .isEqualTo(EvaluationTrigger.EVALUATION_TRIGGER_PREEMPTION);
    }

    @Test
    void preempted_allocations_are_kept_in_a_newer_evaluation_of_the_job() {
        JobRecord poor = cluster.submit("poor", "v1", UpdateStrategy.newBuilder());
        Allocation victim = cluster.insert(ClusterFixture.allocation(id("a1"), poor, 0));
        Evaluation waits = outcome().toBuilder()
                .setStatus(EvaluationStatus.EVALUATION_STATUS_BLOCKED)
                .build();
        writer.write(waits, preempting(victim), List.of()).join();
        assertThat(cluster.allocation(id("a1")).getPreemptedByAllocationId()).isEmpty();

        job = cluster.submit("web", "v2", UpdateStrategy.newBuilder());
        assertThat(cluster.newestEvaluation("web")).satisfies(newer -> {
            assertThat(newer.getId()).isNotEqualTo(waits.getId());
            assertThat(newer.getPreemptedAllocationIdsList()).containsExactly(id("a1"));
        });
        Allocation placed = write(
                NOTHING,
                new Placement(
                        "web",
                        0,
                        1,
                        cluster.store()
                                .reader()
                                .nodes()
                                .find(ClusterFixture.NODE)
                                .orElseThrow(),
                        List.of(),
                        Optional.empty(),
                        RescheduleHistory.NONE,
                        "",
                        false,
                        false,
                        Optional.empty()));

        assertThat(cluster.allocation(id("a1")).getPreemptedByAllocationId()).isEqualTo(placed.getId());
        assertThat(cluster.newestEvaluation("web").getPreemptedAllocationIdsList())
                .isEmpty();
    }

    @Test
    void health_that_nodes_reported_while_a_plan_was_made_is_kept() {
        cluster.deploy(job, "d1", 0);
        Deployment asPlanned = cluster.deployment("d1");
        cluster.reportHealth(id("d1a0"), true);

        write(new Plan(
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(asPlanned.toBuilder()
                        .setGroups(0, asPlanned.getGroups(0).toBuilder().setPlaced(2))
                        .build()),
                List.of(),
                Optional.empty()));

        assertThat(cluster.deployment("d1").getGroups(0)).satisfies(group -> {
            assertThat(group.getHealthy()).isEqualTo(1);
            assertThat(group.getPlaced()).isEqualTo(2);
            assertThat(group.hasProgressDeadline()).isTrue();
        });
    }

    @Test
    void a_plan_does_not_bring_a_failed_deployment_back() {
        cluster.deploy(job, "d1", 0);
        Deployment asPlanned = cluster.deployment("d1");
        cluster.reportHealth(id("d1a0"), false);

        write(new Plan(
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(asPlanned),
                List.of(),
                Optional.empty()));

        assertThat(cluster.deployment("d1").getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_FAILED);
    }

    @ParameterizedTest
    @MethodSource("closings")
    void nothing_is_placed_on_a_node_that_was_closed_while_the_plan_was_made(UnaryOperator<Node.Builder> closing) {
        Node open = cluster.store().reader().nodes().find(ClusterFixture.NODE).orElseThrow();
        Evaluation evaluation = outcome();
        Allocation placed = writer.allocate(
                evaluation,
                new Placement(
                        "web",
                        0,
                        0,
                        open,
                        List.of(),
                        Optional.empty(),
                        RescheduleHistory.NONE,
                        "",
                        false,
                        false,
                        Optional.empty()));
        cluster.store()
                .write(transaction ->
                        transaction.updateNode(closing.apply(open.toBuilder()).build()))
                .join();

        assertThat(writer.write(evaluation, NOTHING, List.of(placed)).join()).isEqualTo(Outcome.REJECTED);
        assertThat(cluster.store().reader().allocations().find(placed.getId())).isEmpty();
    }

    static Stream<UnaryOperator<Node.Builder>> closings() {
        return Stream.of(
                node -> node.setStatus(NodeStatus.NODE_STATUS_DOWN),
                node -> node.setEligibility(SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE),
                node -> node.setDrain(Drain.getDefaultInstance()));
    }

    private void write(Plan plan) {
        assertThat(writer.write(outcome(), plan, List.of()).join()).isEqualTo(Outcome.WRITTEN);
    }

    private Allocation write(Plan plan, Placement placement) {
        Evaluation evaluation = outcome();
        Allocation placed = writer.allocate(evaluation, placement);
        assertThat(writer.write(evaluation, plan, List.of(placed)).join()).isEqualTo(Outcome.WRITTEN);
        return placed;
    }

    private Evaluation outcome() {
        return cluster.newestEvaluation("web").toBuilder()
                .setJobVersion(job.getVersion())
                .setStatus(EvaluationStatus.EVALUATION_STATUS_COMPLETE)
                .build();
    }

    private static Plan preempting(Allocation victim) {
        return new Plan(
                List.of(),
                List.of(),
                List.of(new Stop(victim, StopCause.PREEMPTED, "job web has a higher priority")),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Optional.empty());
    }

    private static Deployment deployment(String id, int total) {
        return Deployment.newBuilder()
                .setId(id)
                .setJobId("web")
                .setJobVersion(1)
                .setStatus(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING)
                .addGroups(DeploymentGroup.newBuilder().setTaskGroup("web").setDesiredTotal(total))
                .build();
    }
}
