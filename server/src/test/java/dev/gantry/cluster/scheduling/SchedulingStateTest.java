package dev.gantry.cluster.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.gantry.cluster.Clocks;
import dev.gantry.cluster.ClusterFixture;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.state.AllocatedResources;
import dev.gantry.scheduler.state.Reservation;
import dev.gantry.store.AccessChanges;
import dev.gantry.store.ChangeSet;
import dev.gantry.store.TestIds;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Drain;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.SchedulingEligibility;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.UpdateStrategy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchedulingStateTest {

    private static final JobRecord JOB = JobRecord.newBuilder()
            .setJob(Job.newBuilder()
                    .setId("web")
                    .setPriority(50)
                    .addTaskGroups(TaskGroup.newBuilder().setName("web").setCount(1)))
            .build();
    private static final Node NODE =
            Node.newBuilder().setId("n1").setName("one").build();
    private static final Evaluation PENDING = Evaluation.newBuilder()
            .setId("e1")
            .setJobId("web")
            .setCreateIndex(1)
            .setStatus(EvaluationStatus.EVALUATION_STATUS_PENDING)
            .build();
    private static final Evaluation BLOCKED = PENDING.toBuilder()
            .setStatus(EvaluationStatus.EVALUATION_STATUS_BLOCKED)
            .build();

    private final SchedulingState state = new SchedulingState(new Clocks(() -> Instant.EPOCH, () -> Instant.EPOCH));
    private long index;

    @BeforeEach
    void submitAndPlan() {
        apply(List.of(JOB), List.of(PENDING), List.of(), List.of());
        assertThat(poll()).contains(PENDING);
        state.expect(JOB, List.of(), List.of());
    }

    @Test
    void a_blocked_evaluation_waits_until_a_node_changes() {
        apply(List.of(), List.of(BLOCKED), List.of(), List.of());
        assertThat(poll()).isEmpty();

        apply(List.of(), List.of(), List.of(NODE), List.of());

        assertThat(poll()).contains(BLOCKED);
    }

    @Test
    void a_blocked_evaluation_waits_until_an_allocation_ends() {
        apply(List.of(), List.of(BLOCKED), List.of(), List.of());

        apply(
                List.of(),
                List.of(),
                List.of(),
                List.of(Allocation.newBuilder()
                        .setId("a1")
                        .setJobId("other")
                        .setClientStatus(ClientStatus.CLIENT_STATUS_COMPLETE)
                        .build()));

        assertThat(poll()).contains(BLOCKED);
    }

    @Test
    void an_evaluation_that_blocks_is_retried_if_a_node_changed_while_its_outcome_was_written() {
        apply(List.of(), List.of(), List.of(NODE), List.of());
        apply(List.of(), List.of(BLOCKED), List.of(), List.of());

        assertThat(poll()).contains(BLOCKED);
    }

    @Test
    void resources_of_a_failed_write_are_free_for_others() {
        apply(List.of(), List.of(BLOCKED), List.of(), List.of());

        state.forget(List.of(Allocation.newBuilder().setId("a1").build()));

        assertThat(poll()).contains(BLOCKED);
    }

    @Test
    void blocked_evaluations_are_retried_when_a_job_gives_up_what_it_had_reserved() {
        apply(List.of(), List.of(BLOCKED), List.of(), List.of());
        Job other = Job.newBuilder().setId("other").build();

        state.reserve(other, reserving("n1"));
        state.reserve(other, reserving("n1", "n2"));
        assertThat(poll()).as("while it keeps reserving").isEmpty();

        state.reserve(other, reserving("n2"));

        assertThat(poll()).contains(BLOCKED);
    }

    private static Plan reserving(String... nodeIds) {
        AllocatedResources resources = new AllocatedResources(
                1000, 0, 0, List.of(), false, Allocation.getDefaultInstance(), Job.getDefaultInstance());
        return new Plan(
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Stream.of(nodeIds).map(id -> new Reservation(id, resources)).toList(),
                List.of(),
                List.of(),
                Optional.empty());
    }

    @Test
    void a_change_that_was_already_loaded_is_ignored() {
        state.apply(new ChangeSet(
                1,
                List.of(),
                List.of(PENDING),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                AccessChanges.NONE));

        assertThat(poll()).isEmpty();
    }

    @Test
    void a_system_job_is_evaluated_when_a_node_joins_one_of_its_datacenters() {
        apply(List.of(system("here", "dc1", "dc2"), system("there", "dc3"), system("anywhere")));

        apply(List.of(), List.of(), List.of(open("dc2")), List.of());

        assertThat(state.takeSystemJobsToSpread()).containsExactlyInAnyOrder("here", "anywhere");
        assertThat(state.takeSystemJobsToSpread()).isEmpty();
    }

    @Test
    void no_system_job_is_evaluated_when_a_node_becomes_ineligible() {
        apply(List.of(system("anywhere")));

        apply(
                List.of(),
                List.of(),
                List.of(open("dc1").toBuilder()
                        .setEligibility(SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE)
                        .build()),
                List.of());

        assertThat(state.takeSystemJobsToSpread()).isEmpty();
    }

    @Test
    void an_evaluation_that_was_written_while_the_store_was_read_waits_for_what_was_written_with_it(@TempDir Path dir) {
        try (ClusterFixture cluster = new ClusterFixture(dir)) {
            cluster.submit("web", "v1", UpdateStrategy.newBuilder());
            JobRecord web = cluster.job("web");
            cluster.insert(ClusterFixture.allocation(TestIds.id("a1"), web, 0).toBuilder()
                    .setClientStatus(ClientStatus.CLIENT_STATUS_FAILED)
                    .setNextRescheduleTime(Timestamp.newBuilder().setSeconds(1))
                    .build());
            AtomicBoolean isWritten = new AtomicBoolean();
            // Asked for while the state is loaded: when the allocation's reschedule is due.
            SchedulingState loading = new SchedulingState(new Clocks(
                    () -> {
                        if (!isWritten.getAndSet(true)) {
                            beginDrain(cluster, web);
                        }
                        return Instant.EPOCH;
                    },
                    () -> Instant.EPOCH));
            List<ChangeSet> changes = new CopyOnWriteArrayList<>();
            cluster.store().listen(changes::add);

            loading.load(cluster.store().reader());

            assertThat(isWritten).isTrue();
            assertThat(loading.evaluations().poll(Set.of()))
                    .hasValueSatisfying(known -> assertThat(known.getTrigger())
                            .isEqualTo(EvaluationTrigger.EVALUATION_TRIGGER_JOB_SUBMITTED));

            changes.forEach(loading::apply);

            assertThat(loading.evaluations().poll(Set.of()))
                    .hasValueSatisfying(next ->
                            assertThat(next.getTrigger()).isEqualTo(EvaluationTrigger.EVALUATION_TRIGGER_NODE_DRAIN));
            assertThat(loading.cluster().usageOf(ClusterFixture.NODE).node().hasDrain())
                    .isTrue();
        }
    }

    private static void beginDrain(ClusterFixture cluster, JobRecord job) {
        cluster.store()
                .write(transaction -> {
                    Node node = transaction.node(ClusterFixture.NODE).orElseThrow();
                    transaction.updateNode(node.toBuilder()
                            .setDrain(Drain.getDefaultInstance())
                            .build());
                    return cluster.evaluations()
                            .queue(
                                    transaction,
                                    job,
                                    EvaluationTrigger.EVALUATION_TRIGGER_NODE_DRAIN,
                                    Timestamp.getDefaultInstance());
                })
                .join();
    }

    private static JobRecord system(String id, String... datacenters) {
        return JobRecord.newBuilder()
                .setJob(Job.newBuilder()
                        .setId(id)
                        .setType(JobType.JOB_TYPE_SYSTEM)
                        .addAllDatacenters(List.of(datacenters)))
                .build();
    }

    private static Node open(String datacenter) {
        return NODE.toBuilder()
                .setDatacenter(datacenter)
                .setStatus(NodeStatus.NODE_STATUS_READY)
                .build();
    }

    private void apply(List<JobRecord> jobs) {
        apply(jobs, List.of(), List.of(), List.of());
    }

    private void apply(
            List<JobRecord> jobs, List<Evaluation> evaluations, List<Node> nodes, List<Allocation> allocations) {
        state.apply(new ChangeSet(
                ++index,
                jobs,
                evaluations,
                nodes,
                allocations,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                AccessChanges.NONE));
    }

    private Optional<Evaluation> poll() {
        return state.evaluations().poll(Set.of());
    }
}
