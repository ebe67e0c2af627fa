package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DrainNodeRequest;
import dev.gantry.v1.DrainStrategy;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.SchedulingEligibility;
import dev.gantry.v1.SetNodeEligibilityRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests drains and eligibility. Each test has its own datacenter. */
class DrainFlowTest {

    @RegisterExtension
    private static final TestServer server = TestServer.extension();

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
    void a_drain_moves_one_allocation_at_a_time_and_leaves_the_node_empty_and_ineligible() {
        FakeNode old = connect(FakeNode.in("dc-slow", "slow-old").runningTasks());
        client.submit(TestJobs.counted("slow", "dc-slow", 3));
        List<Allocation> before = client.awaitRunning("slow", 3);
        FakeNode other = connect(FakeNode.in("dc-slow", "slow-new"));

        drain("slow-old", DrainStrategy.getDefaultInstance());

        for (int moved = 1; moved <= 3; moved++) {
            int moving = moved;
            eventually().until(() -> other.session().toRun().size() == moving);
            eventually().until(() -> old.session().toRun().size() == 3 - moving);
            if (moved < 3) {
                assertThat(client.node("slow-old").hasDrain()).isTrue();
                assertThat(client.wanted("slow")).hasSize(3);
            }
            other.session().toRun().stream()
                    .filter(one ->
                            client.allocation(one.getId()).getClientStatus() == ClientStatus.CLIENT_STATUS_PENDING)
                    .forEach(one -> other.report(one.getId(), ClientStatus.CLIENT_STATUS_RUNNING));
        }

        eventually().until(() -> !client.node("slow-old").hasDrain());
        assertThat(client.node("slow-old").getEligibility())
                .isEqualTo(SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE);
        assertThat(client.awaitRunning("slow", 3)).allSatisfy(one -> {
            assertThat(one.getNodeId()).isEqualTo(other.id());
            assertThat(one.getPreviousAllocationId())
                    .isIn(before.stream().map(Allocation::getId).toList());
        });
    }

    @Test
    void a_drain_without_time_moves_all_at_once() {
        FakeNode old = connect(FakeNode.in("dc-now", "now-old").runningTasks());
        client.submit(TestJobs.counted("now", "dc-now", 4));
        client.awaitRunning("now", 4);
        // Says nothing, so that one at a time would stop at the first.
        FakeNode other = connect(FakeNode.in("dc-now", "now-new"));

        drain(
                "now-old",
                DrainStrategy.newBuilder()
                        .setDeadline(Duration.getDefaultInstance())
                        .build());

        eventually().until(() -> other.session().toRun().size() == 4);
        eventually().until(() -> old.session().toRun().isEmpty());
        eventually().until(() -> !client.node("now-old").hasDrain());
        assertThat(client.node("now-old").getEligibility())
                .isEqualTo(SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE);
    }

    @Test
    void batch_jobs_stay_until_the_deadline_and_go_then() {
        FakeNode old = connect(FakeNode.in("dc-batch", "batch-old").runningTasks());
        client.submit(TestJobs.job("batch", "dc-batch").toBuilder()
                .setType(JobType.JOB_TYPE_BATCH)
                .build());
        Allocation first = client.awaitRunning("batch", 1).get(0);
        FakeNode other = connect(FakeNode.in("dc-batch", "batch-new").runningTasks());

        drain("batch-old", DrainStrategy.getDefaultInstance());
        // The drain has had the job looked at, and that moved nothing.
        eventually().until(() -> isLookedAtForDrain("batch"));
        assertThat(client.running("batch")).extracting(Allocation::getId).containsExactly(first.getId());
        drain(
                "batch-old",
                DrainStrategy.newBuilder()
                        .setDeadline(Duration.newBuilder().setNanos(1_000_000))
                        .build());

        eventually().until(() -> other.session().toRun().size() == 1);
        eventually().until(() -> old.session().toRun().isEmpty());
        eventually().until(() -> !client.node("batch-old").hasDrain());
    }

    @Test
    void system_jobs_stay_on_a_draining_node_if_they_are_to_be_ignored_and_go_otherwise() {
        FakeNode node = connect(FakeNode.in("dc-system", "system").runningTasks());
        Job system = TestJobs.job("agent", "dc-system").toBuilder()
                .setType(JobType.JOB_TYPE_SYSTEM)
                .build();
        client.submit(system);
        Allocation agent = client.awaitRunning("agent", 1).get(0);

        drain("system", DrainStrategy.newBuilder().setIgnoreSystemJobs(true).build());
        eventually().until(() -> !client.node("system").hasDrain());
        assertThat(node.session().toRun()).extracting(Allocation::getId).containsExactly(agent.getId());

        drain("system", DrainStrategy.getDefaultInstance());
        eventually().until(() -> !client.node("system").hasDrain());
        assertThat(node.session().toRun()).isEmpty();
        assertThat(client.wanted("agent")).isEmpty();
    }

    @Test
    void an_ineligible_node_gets_nothing_new_and_what_waits_once_it_is_eligible_again() {
        FakeNode node = connect(FakeNode.in("dc-eligible", "eligible").runningTasks());
        client.submit(TestJobs.job("stays", "dc-eligible"));
        Allocation stays = client.awaitRunning("stays", 1).get(0);

        setEligibility("eligible", SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE);
        client.submit(TestJobs.job("waits", "dc-eligible"));
        client.awaitEvaluation("waits", EvaluationStatus.EVALUATION_STATUS_BLOCKED);
        assertThat(node.session().toRun()).extracting(Allocation::getId).containsExactly(stays.getId());

        setEligibility("eligible", SchedulingEligibility.SCHEDULING_ELIGIBILITY_ELIGIBLE);
        client.awaitRunning("waits", 1);
        assertThat(client.job("waits").getEvaluation().getStatus())
                .isEqualTo(EvaluationStatus.EVALUATION_STATUS_COMPLETE);
    }

    private FakeNode connect(FakeNode node) {
        nodes.add(node);
        return node.connect(server.channel());
    }

    private static boolean isLookedAtForDrain(String jobId) {
        return client.job(jobId).getEvaluation().getStatus() == EvaluationStatus.EVALUATION_STATUS_COMPLETE
                && client.job(jobId).getEvaluation().getTrigger() == EvaluationTrigger.EVALUATION_TRIGGER_NODE_DRAIN;
    }

    private static void drain(String node, DrainStrategy strategy) {
        server.nodes()
                .drainNode(DrainNodeRequest.newBuilder()
                        .setNodeId(node)
                        .setBegin(strategy)
                        .build());
    }

    private static void setEligibility(String node, SchedulingEligibility eligibility) {
        server.nodes()
                .setNodeEligibility(SetNodeEligibilityRequest.newBuilder()
                        .setNodeId(node)
                        .setEligibility(eligibility)
                        .build());
    }
}
