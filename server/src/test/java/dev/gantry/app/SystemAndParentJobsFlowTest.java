package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import dev.gantry.model.ProtoTimes;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.DispatchJobRequest;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.ForcePeriodicJobRequest;
import dev.gantry.v1.GroupPlan;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobStatus;
import dev.gantry.v1.JobType;
import dev.gantry.v1.NodeScore;
import dev.gantry.v1.Parameterized;
import dev.gantry.v1.Periodic;
import dev.gantry.v1.PlanJobRequest;
import dev.gantry.v1.StopJobRequest;
import dev.gantry.v1.UpdateStrategy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests system jobs, preemption, and periodic and parameterized jobs. Each test has its own datacenter. */
class SystemAndParentJobsFlowTest {

    @RegisterExtension
    private static final TestServer server = TestServer.extension(
            ServerConfig.DEFAULT_NODE_TIME_TO_LIVE,
            new SchedulerOptions(
                    SchedulerOptions.Algorithm.BINPACK, Set.of(JobType.JOB_TYPE_SERVICE, JobType.JOB_TYPE_SYSTEM)));

    private static TestClient client;

    private final List<FakeNode> nodes = new ArrayList<>();

    @BeforeAll
    static void start() {
        client = new TestClient(server);
    }

    @AfterEach
    void disconnect() {
        nodes.forEach(FakeNode::close);
    }

    @Test
    void a_system_job_runs_once_on_each_node_that_fits_and_on_one_that_joins_later() {
        FakeNode one = connect(FakeNode.in("dc-each", "each-1").runningTasks());
        FakeNode two = connect(FakeNode.in("dc-each", "each-2").runningTasks());
        FakeNode unfit =
                connect(FakeNode.in("dc-each", "each-old").withRkt("1.1.0").runningTasks());
        client.submit(TestJobs.job("each", "dc-each").toBuilder()
                .setType(JobType.JOB_TYPE_SYSTEM)
                .addConstraints(Constraint.newBuilder()
                        .setAttribute("${driver.rkt.version}")
                        .setOperator(">")
                        .setValue("1.2"))
                .build());
        client.awaitRunning("each", 2);

        FakeNode late = connect(FakeNode.in("dc-each", "each-late").runningTasks());

        assertThat(client.awaitRunning("each", 3))
                .extracting(Allocation::getNodeId)
                .containsExactlyInAnyOrder(one.id(), two.id(), late.id());
        unfit.fingerprint("1.30.0");
        assertThat(client.awaitRunning("each", 4))
                .extracting(Allocation::getNodeId)
                .contains(unfit.id());
    }

    @Test
    void a_new_version_of_a_system_job_with_an_update_block_takes_one_node_after_the_other() {
        for (String name : List.of("roll-1", "roll-2", "roll-3")) {
            connect(FakeNode.in("dc-roll", name).runningTasks());
        }
        Job first = TestJobs.job("roll", "dc-roll").toBuilder()
                .setType(JobType.JOB_TYPE_SYSTEM)
                .setUpdate(UpdateStrategy.newBuilder().setStagger(Durations.fromMillis(300)))
                .build();
        client.submit(first);
        client.awaitRunning("roll", 3);

        client.submit(first.toBuilder().putMeta("release", "two").build());

        eventually().until(() -> client.running("roll", 1).size() == 3);
        List<Instant> begun = client.running("roll", 1).stream()
                .map(one -> ProtoTimes.toInstant(one.getCreateTime()))
                .sorted()
                .toList();
        assertThat(Duration.between(begun.get(0), begun.get(1))).isGreaterThanOrEqualTo(Duration.ofMillis(300));
        assertThat(Duration.between(begun.get(1), begun.get(2))).isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }

    @Test
    void an_allocation_of_lower_priority_gives_way_and_comes_back_once_there_is_room() {
        FakeNode node = connect(FakeNode.in("dc-way", "way").runningTasks());
        client.submit(TestJobs.sized("poor", "dc-way", 20, 6000));
        Allocation poor = client.awaitRunning("poor", 1).get(0);

        GroupPlan plan = server.jobs()
                .planJob(PlanJobRequest.newBuilder()
                        .setJob(TestJobs.sized("rich", "dc-way", 90, 6000))
                        .build())
                .getGroups(0);
        client.submit(TestJobs.sized("rich", "dc-way", 90, 6000));

        assertThat(plan.getStop()).isZero();
        assertThat(plan.getPreempt()).isEqualTo(1);
        assertThat(plan.getPreemptedList())
                .extracting(Allocation::getId, Allocation::getNodeName, Allocation::getTaskGroup)
                .containsExactly(tuple(poor.getId(), "way", poor.getTaskGroup()));
        Allocation rich = client.awaitRunning("rich", 1).get(0);
        assertThat(client.allocation(poor.getId())).satisfies(displaced -> {
            assertThat(displaced.getDesiredStatus()).isEqualTo(DesiredStatus.DESIRED_STATUS_STOP);
            assertThat(displaced.getPreemptedByAllocationId()).isEqualTo(rich.getId());
        });
        client.awaitEvaluation("poor", EvaluationStatus.EVALUATION_STATUS_BLOCKED);
        assertThat(node.session().toRun()).extracting(Allocation::getId).containsExactly(rich.getId());

        server.jobs().stopJob(StopJobRequest.newBuilder().setJobId("rich").build());

        assertThat(client.awaitRunning("poor", 1).get(0).getId()).isNotEqualTo(poor.getId());
    }

    @Test
    void an_allocation_that_gives_way_does_not_come_back_into_the_room_that_the_other_waits_for() {
        connect(FakeNode.in("dc-room", "room").runningTasks());
        Job poor = TestJobs.sized("crowd", "dc-room", 20, 2000);
        client.submit(poor.toBuilder()
                .setTaskGroups(0, poor.getTaskGroups(0).toBuilder().setCount(3))
                .build());
        client.awaitRunning("crowd", 3);

        client.submit(TestJobs.sized("large", "dc-room", 90, 4000));

        client.awaitRunning("large", 1);
        client.awaitEvaluation("crowd", EvaluationStatus.EVALUATION_STATUS_BLOCKED);
        assertThat(client.running("crowd")).hasSize(2);
        assertThat(client.allocations("crowd")).as("one was preempted, once").hasSize(3);
    }

    @Test
    void a_job_of_about_the_same_priority_has_to_wait() {
        connect(FakeNode.in("dc-same", "same").runningTasks());
        client.submit(TestJobs.sized("first", "dc-same", 50, 6000));
        Allocation first = client.awaitRunning("first", 1).get(0);

        client.submit(TestJobs.sized("second", "dc-same", 59, 6000));

        client.awaitEvaluation("second", EvaluationStatus.EVALUATION_STATUS_BLOCKED);
        assertThat(client.running("first")).extracting(Allocation::getId).containsExactly(first.getId());
    }

    @Test
    void a_dispatched_child_runs_to_its_end_and_its_parent_waits_for_more() {
        FakeNode node = connect(FakeNode.in("dc-child", "child").runningTasks());
        client.submit(batch("import", "dc-child").toBuilder()
                .setParameterized(Parameterized.getDefaultInstance())
                .build());

        String child = server.jobs()
                .dispatchJob(DispatchJobRequest.newBuilder()
                        .setJobId("import")
                        .setPayload(ByteString.copyFromUtf8("data"))
                        .build())
                .getDispatchedJobId();
        Allocation run = client.awaitRunning(child, 1).get(0);
        assertThat(client.job(child).getJob().getStatus()).isEqualTo(JobStatus.JOB_STATUS_RUNNING);
        node.report(run.getId(), ClientStatus.CLIENT_STATUS_COMPLETE);

        eventually().until(() -> client.job(child).getJob().getStatus() == JobStatus.JOB_STATUS_DEAD);
        assertThat(client.allocations(child)).hasSize(1);
        assertThat(client.job("import").getJob().getStatus()).isEqualTo(JobStatus.JOB_STATUS_RUNNING);
    }

    @Test
    void a_periodic_job_that_is_forced_makes_a_child_that_runs_to_its_end() {
        FakeNode node = connect(FakeNode.in("dc-forced", "forced").runningTasks());
        client.submit(batch("forced", "dc-forced").toBuilder()
                .setPeriodic(Periodic.newBuilder().setCron("@yearly"))
                .build());

        String child = server.jobs()
                .forcePeriodicJob(
                        ForcePeriodicJobRequest.newBuilder().setJobId("forced").build())
                .getChildJobId();
        node.report(client.awaitRunning(child, 1).get(0).getId(), ClientStatus.CLIENT_STATUS_COMPLETE);

        eventually().until(() -> client.job(child).getJob().getStatus() == JobStatus.JOB_STATUS_DEAD);
        assertThat(client.allocations("forced")).isEmpty();
    }

    @Test
    void an_evaluation_says_which_five_nodes_were_best() {
        for (int i = 0; i < 7; i++) {
            connect(FakeNode.in("dc-best", "best-" + i).runningTasks());
        }
        String evaluation = client.submit(TestJobs.job("best", "dc-best")).getEvaluationId();
        Allocation placed = client.awaitRunning("best", 1).get(0);

        Evaluation found = client.evaluation(evaluation);

        assertThat(found.getStatus()).isEqualTo(EvaluationStatus.EVALUATION_STATUS_COMPLETE);
        assertThat(found.getScoresList()).singleElement().satisfies(group -> {
            assertThat(group.getTaskGroup()).isEqualTo("web");
            assertThat(group.getScoresList())
                    .hasSize(5)
                    .isSortedAccordingTo(
                            Comparator.comparingDouble(NodeScore::getScore).reversed());
            assertThat(group.getScores(0).getNodeName()).isEqualTo(placed.getNodeName());
            assertThat(group.getScores(0).getPartsMap()).containsKey("binpack");
        });
    }

    @Test
    void an_evaluation_that_waits_says_why_and_which_five_nodes_came_nearest() {
        for (int i = 0; i < 7; i++) {
            connect(FakeNode.in("dc-near", "near-" + i).runningTasks());
        }
        client.submit(TestJobs.sized("huge", "dc-near", 50, 9000));

        Evaluation found = client.awaitEvaluation("huge", EvaluationStatus.EVALUATION_STATUS_BLOCKED);

        assertThat(found.getScoresList()).isEmpty();
        assertThat(found.getFailuresList()).singleElement().satisfies(failure -> {
            assertThat(failure.getUnplaced()).isOne();
            assertThat(failure.getExhausted(0).getReason()).contains("memory");
            assertThat(failure.getExhausted(0).getNodes()).isEqualTo(7);
            assertThat(failure.getScoresList()).hasSize(5);
            assertThat(failure.getSummary()).contains("memory");
        });
    }

    private FakeNode connect(FakeNode node) {
        nodes.add(node);
        return node.connect(server.channel());
    }

    private static Job batch(String id, String datacenter) {
        return TestJobs.job(id, datacenter).toBuilder()
                .setType(JobType.JOB_TYPE_BATCH)
                .build();
    }
}
