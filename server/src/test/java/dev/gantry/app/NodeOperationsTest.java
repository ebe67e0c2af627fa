package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DrainEnd;
import dev.gantry.v1.DrainNodeRequest;
import dev.gantry.v1.DrainStrategy;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.GetEvaluationRequest;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetNodeRequest;
import dev.gantry.v1.ListEvaluationsRequest;
import dev.gantry.v1.ListEvaluationsResponse;
import dev.gantry.v1.Node;
import dev.gantry.v1.SchedulingEligibility;
import dev.gantry.v1.SetNodeEligibilityRequest;
import dev.gantry.v1.WatchNodeRequest;
import dev.gantry.v1.WatchNodeResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests the calls for nodes and evaluations. */
class NodeOperationsTest {

    @RegisterExtension
    private static final TestServer server = TestServer.extension();

    private final List<FakeNode> nodes = new ArrayList<>();

    @AfterEach
    void disconnect() {
        nodes.forEach(FakeNode::close);
    }

    @Test
    void a_watched_node_is_told_of_now_and_after_each_change() {
        connect(FakeNode.in("dc-watch", "watched"));
        Iterator<WatchNodeResponse> watch = server.nodes()
                .watchNode(WatchNodeRequest.newBuilder().setNodeId("watched").build());
        assertThat(watch.next().getNode().getEligibility())
                .isEqualTo(SchedulingEligibility.SCHEDULING_ELIGIBILITY_ELIGIBLE);

        setEligibility("watched", SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE);

        assertThat(watch.next().getNode().getEligibility())
                .isEqualTo(SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE);
    }

    @Test
    void an_empty_node_is_drained_at_once_and_stays_ineligible_until_said_otherwise() {
        connect(FakeNode.in("dc-empty", "empty"));

        server.nodes()
                .drainNode(DrainNodeRequest.newBuilder()
                        .setNodeId("empty")
                        .setBegin(DrainStrategy.getDefaultInstance())
                        .build());
        eventually().until(() -> !node("empty").hasDrain());
        assertThat(node("empty").getEligibility()).isEqualTo(SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE);

        Node ended = server.nodes()
                .drainNode(DrainNodeRequest.newBuilder()
                        .setNodeId("empty")
                        .setEnd(DrainEnd.newBuilder().setMarkEligible(true))
                        .build())
                .getNode();
        assertThat(ended.getEligibility()).isEqualTo(SchedulingEligibility.SCHEDULING_ELIGIBILITY_ELIGIBLE);
    }

    @Test
    void a_drain_that_does_not_say_what_to_do_is_refused() {
        connect(FakeNode.in("dc-refused", "refused"));

        assertThatThrownBy(() -> server.nodes()
                        .drainNode(DrainNodeRequest.newBuilder()
                                .setNodeId("refused")
                                .build()))
                .hasMessageContaining("INVALID_ARGUMENT")
                .hasMessageContaining("action");
        assertThatThrownBy(() -> setEligibility("refused", SchedulingEligibility.SCHEDULING_ELIGIBILITY_UNSPECIFIED))
                .hasMessageContaining("INVALID_ARGUMENT");
    }

    @Test
    void a_failed_allocation_has_its_job_looked_at_at_once() {
        FakeNode node = connect(FakeNode.in("dc-failed", "failed").runningTasks());
        server.jobs().submitJob(TestJobs.submit(TestJobs.job("failed", "dc-failed")));
        eventually().until(() -> node.session().toRun().size() == 1);
        Allocation first = node.session().toRun().get(0);

        node.report(first.getId(), ClientStatus.CLIENT_STATUS_FAILED);

        assertThat(evaluations("failed", "").getEvaluations(0).getTrigger())
                .isEqualTo(EvaluationTrigger.EVALUATION_TRIGGER_ALLOCATION_FAILED);
    }

    @Test
    void evaluations_are_listed_newest_first_in_pages_and_found_by_the_begin_of_their_ids() {
        server.jobs().submitJob(TestJobs.submit(TestJobs.counted("listed", "dc-nowhere", 1)));
        server.jobs().submitJob(TestJobs.submit(TestJobs.counted("listed", "dc-nowhere", 2)));

        ListEvaluationsResponse first = evaluations("listed", "");
        ListEvaluationsResponse second = evaluations("listed", first.getNextPageToken());

        assertThat(first.getEvaluations(0).getJobVersion()).isEqualTo(1);
        assertThat(second.getEvaluations(0).getJobVersion()).isZero();
        assertThat(server.jobs()
                        .getEvaluation(GetEvaluationRequest.newBuilder()
                                .setEvaluationId(
                                        second.getEvaluations(0).getId().substring(0, 13))
                                .build())
                        .getEvaluation()
                        .getId())
                .isEqualTo(second.getEvaluations(0).getId());
        assertThatThrownBy(() -> server.jobs()
                        .getEvaluation(GetEvaluationRequest.newBuilder()
                                .setEvaluationId("none-such")
                                .build()))
                .hasMessageContaining("NOT_FOUND");
        assertThat(server.jobs()
                        .getJob(GetJobRequest.newBuilder().setJobId("listed").build())
                        .hasDeployment())
                .isFalse();
    }

    private static ListEvaluationsResponse evaluations(String jobId, String token) {
        return server.jobs()
                .listEvaluations(ListEvaluationsRequest.newBuilder()
                        .setJobId(jobId)
                        .setPageSize(1)
                        .setPageToken(token)
                        .build());
    }

    private static void setEligibility(String node, SchedulingEligibility eligibility) {
        server.nodes()
                .setNodeEligibility(SetNodeEligibilityRequest.newBuilder()
                        .setNodeId(node)
                        .setEligibility(eligibility)
                        .build());
    }

    private static Node node(String name) {
        return server.nodes()
                .getNode(GetNodeRequest.newBuilder().setNodeId(name).build())
                .getNode();
    }

    private FakeNode connect(FakeNode node) {
        nodes.add(node);
        return node.connect(server.channel());
    }
}
