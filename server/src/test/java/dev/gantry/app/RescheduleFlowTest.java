package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Durations;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DelayFunction;
import dev.gantry.v1.EvaluateJobRequest;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobStatus;
import dev.gantry.v1.JobType;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.ReschedulePolicy;
import dev.gantry.v1.StopJobRequest;
import dev.gantry.v1.TaskGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests what follows failed and lost allocations. Each test has its own datacenter. */
class RescheduleFlowTest {

    // Long enough for connected nodes, short enough to wait until one is marked down.
    @RegisterExtension
    private static final TestServer server = TestServer.extension(Duration.ofSeconds(3));

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
    void a_failed_allocation_of_a_service_is_placed_anew_after_its_delay_and_both_know_each_other() {
        FakeNode node = connect(FakeNode.in("dc-anew", "anew").runningTasks());
        client.submit(job("anew", JobType.JOB_TYPE_SERVICE, constant(300).setUnlimited(true)));
        Allocation first = client.awaitRunning("anew", 1).get(0);

        node.report(first.getId(), ClientStatus.CLIENT_STATUS_FAILED);

        Allocation second = client.awaitRunning("anew", 1).get(0);
        assertThat(second.getPreviousAllocationId()).isEqualTo(first.getId());
        assertThat(second.getRescheduleTimesCount()).isOne();
        assertThat(second.getIndex()).isEqualTo(first.getIndex());
        Allocation ended = client.allocation(first.getId());
        assertThat(ended.getNextAllocationId()).isEqualTo(second.getId());
        assertThat(ended.getClientStatus()).isEqualTo(ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(ended.hasNextRescheduleTime()).isFalse();
    }

    @Test
    void an_allocation_that_waits_to_be_placed_anew_says_when_and_its_job_is_not_dead() {
        FakeNode node = connect(FakeNode.in("dc-waits", "waits").runningTasks());
        client.submit(job("waits", JobType.JOB_TYPE_SERVICE, constant(600_000).setUnlimited(true)));
        Allocation first = client.awaitRunning("waits", 1).get(0);

        node.report(first.getId(), ClientStatus.CLIENT_STATUS_FAILED);

        eventually().until(() -> client.allocation(first.getId()).hasNextRescheduleTime());
        client.awaitEvaluation("waits", EvaluationStatus.EVALUATION_STATUS_COMPLETE);
        assertThat(client.job("waits").getJob().getStatus()).isEqualTo(JobStatus.JOB_STATUS_PENDING);
        assertThat(client.allocations("waits")).hasSize(1);
    }

    @Test
    void a_failed_allocation_of_a_batch_job_is_placed_anew_until_its_attempts_have_run_out() {
        FakeNode node = connect(FakeNode.in("dc-tries", "tries").runningTasks());
        client.submit(job("tries", JobType.JOB_TYPE_BATCH, constant(50).setAttempts(2)));

        for (int attempt = 0; attempt < 3; attempt++) {
            Allocation next = client.awaitRunning("tries", 1).get(0);
            assertThat(next.getRescheduleTimesCount()).isEqualTo(attempt);
            node.report(next.getId(), ClientStatus.CLIENT_STATUS_FAILED);
        }

        eventually().until(() -> client.job("tries").getJob().getStatus() == JobStatus.JOB_STATUS_DEAD);
        List<Allocation> all = client.allocations("tries");
        assertThat(all)
                .hasSize(3)
                .extracting(Allocation::getClientStatus)
                .containsOnly(ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(all.get(2).hasNextRescheduleTime()).isFalse();
        assertThat(all.get(2).getNextAllocationId()).isEmpty();
    }

    @Test
    void a_failed_allocation_whose_attempts_have_run_out_is_placed_anew_on_request_only() {
        FakeNode node = connect(FakeNode.in("dc-forced", "forced").runningTasks());
        client.submit(job("forced", JobType.JOB_TYPE_SERVICE, constant(600_000).setAttempts(0)));
        Allocation first = client.awaitRunning("forced", 1).get(0);
        node.report(first.getId(), ClientStatus.CLIENT_STATUS_FAILED);
        eventually().until(() -> client.running("forced").isEmpty());

        evaluate("forced", false);
        assertThat(client.allocations("forced")).hasSize(1);
        evaluate("forced", true);

        Allocation second = client.awaitRunning("forced", 1).get(0);
        assertThat(second.getPreviousAllocationId()).isEqualTo(first.getId());
        server.jobs().stopJob(StopJobRequest.newBuilder().setJobId("forced").build());
        EvaluateJobRequest stopped =
                EvaluateJobRequest.newBuilder().setJobId("forced").build();
        assertThatThrownBy(() -> server.jobs().evaluateJob(stopped))
                .hasMessageContaining("is stopped: submit it again");
    }

    private static void evaluate(String job, boolean force) {
        String evaluation = server.jobs()
                .evaluateJob(EvaluateJobRequest.newBuilder()
                        .setJobId(job)
                        .setForceReschedule(force)
                        .setRequestId("evaluate " + job + force)
                        .build())
                .getEvaluationId();
        client.awaitEvaluation(job, EvaluationStatus.EVALUATION_STATUS_COMPLETE);
        assertThat(client.job(job).getEvaluation().getId()).isEqualTo(evaluation);
    }

    @Test
    void what_was_on_a_lost_node_is_replaced_and_stops_when_the_node_comes_back() {
        FakeNode lost = connect(FakeNode.in("dc-lost", "lost").runningTasks());
        client.submit(TestJobs.counted("lost", "dc-lost", 2));
        List<Allocation> before = client.awaitRunning("lost", 2);
        FakeNode other = connect(FakeNode.in("dc-lost", "other").runningTasks());

        lost.drop();

        eventually().until(() -> client.node("lost").getStatus() == NodeStatus.NODE_STATUS_DOWN);
        eventually().until(() -> other.session().toRun().size() == 2);
        assertThat(client.awaitRunning("lost", 2)).allSatisfy(one -> {
            assertThat(one.getNodeId()).isEqualTo(other.id());
            assertThat(client.allocation(one.getPreviousAllocationId()).getNextAllocationId())
                    .isEqualTo(one.getId());
            assertThat(one.getRescheduleTimesList()).isEmpty();
        });

        lost.connect(server.channel());

        eventually().until(() -> client.node("lost").getStatus() == NodeStatus.NODE_STATUS_READY);
        eventually().until(() -> !lost.session().received().isEmpty());
        assertThat(lost.session().toRun()).isEmpty();
        // Later updates of the node do not revive them.
        before.forEach(one -> lost.report(one.getId(), ClientStatus.CLIENT_STATUS_RUNNING));
        assertThat(before)
                .allSatisfy(one -> assertThat(client.allocation(one.getId()).getClientStatus())
                        .isEqualTo(ClientStatus.CLIENT_STATUS_LOST));
        assertThat(client.wanted("lost")).hasSize(2);
    }

    @Test
    void a_job_that_waited_for_a_newer_rkt_is_placed_by_the_evaluation_that_waited() {
        FakeNode node =
                connect(FakeNode.in("dc-newer", "newer").withRkt("1.1.0").runningTasks());
        client.submit(TestJobs.constrained("newer", "dc-newer", "${driver.rkt.version}", ">", "1.2"));
        String waiting = client.awaitEvaluation("newer", EvaluationStatus.EVALUATION_STATUS_BLOCKED)
                .getId();

        node.fingerprint("1.30.0");

        assertThat(client.awaitRunning("newer", 1).get(0).getEvaluationId()).isEqualTo(waiting);
    }

    private FakeNode connect(FakeNode node) {
        nodes.add(node);
        return node.connect(server.channel());
    }

    private static ReschedulePolicy.Builder constant(long delayMillis) {
        return ReschedulePolicy.newBuilder()
                .setDelayFunction(DelayFunction.DELAY_FUNCTION_CONSTANT)
                .setDelay(Durations.fromMillis(delayMillis));
    }

    private static Job job(String id, JobType type, ReschedulePolicy.Builder reschedule) {
        return TestJobs.job(
                        id,
                        "dc-" + id,
                        TaskGroup.newBuilder()
                                .setName("web")
                                .setReschedule(reschedule)
                                .addTasks(TestJobs.task()))
                .toBuilder()
                .setType(type)
                .build();
    }
}
