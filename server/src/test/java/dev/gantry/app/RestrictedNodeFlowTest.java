package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.Duration;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DelayFunction;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetJobResponse;
import dev.gantry.v1.GetNodeRequest;
import dev.gantry.v1.HostVolumeRestriction;
import dev.gantry.v1.IdRestriction;
import dev.gantry.v1.Job;
import dev.gantry.v1.NodeRestrictions;
import dev.gantry.v1.PlanJobRequest;
import dev.gantry.v1.ReschedulePolicy;
import dev.gantry.v1.TaskGroup;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests what a server makes of restrictions of nodes. The tasks are on the host network. Each test has its datacenter. */
class RestrictedNodeFlowTest {

    private static final NodeRestrictions NO_HOST_NETWORK =
            NodeRestrictions.newBuilder().setDenyHostNetwork(true).build();
    private static final String REASON = "node does not allow the host network: name another network, or none";

    @RegisterExtension
    private static final TestServer server = TestServer.extension();

    private final List<FakeNode> nodes = new ArrayList<>();

    @AfterEach
    void disconnect() {
        nodes.forEach(FakeNode::close);
    }

    @Test
    void a_job_that_a_node_does_not_allow_waits_for_a_node_that_does() {
        connect(FakeNode.in("dc-wait", "tight").restricted(NO_HOST_NETWORK));
        Job job = TestJobs.job("wait", "dc-wait");

        assertThat(verdicts(job)).containsExactly(tuple("tight", false, REASON));
        server.jobs().submitJob(TestJobs.submit(job));
        eventually().until(() -> get("wait").getEvaluation().getStatus() == EvaluationStatus.EVALUATION_STATUS_BLOCKED);
        assertThat(get("wait").getEvaluation().getFailures(0).getSummary()).contains(": " + REASON);

        connect(FakeNode.in("dc-wait", "free"));

        eventually().until(() -> get("wait").getAllocationsCount() == 1);
        assertThat(get("wait").getAllocations(0).getNodeName()).isEqualTo("free");
        assertThat(verdicts(job)).contains(tuple("tight", false, REASON));
    }

    @Test
    void a_job_is_placed_once_its_node_comes_back_without_the_restriction() {
        FakeNode node = connect(FakeNode.in("dc-loosen", "loosen").restricted(NO_HOST_NETWORK));
        server.jobs().submitJob(TestJobs.submit(TestJobs.job("loosen", "dc-loosen")));
        eventually()
                .until(() -> get("loosen").getEvaluation().getStatus() == EvaluationStatus.EVALUATION_STATUS_BLOCKED);

        node.drop();
        connect(node.restricted(NodeRestrictions.getDefaultInstance()));

        eventually().until(() -> get("loosen").getAllocationsCount() == 1);
    }

    @Test
    void an_allocation_runs_on_where_its_node_no_longer_allows_it_and_is_shown_as_one_that_does_not_fit() {
        FakeNode node = connect(FakeNode.in("dc-tighten", "tighten"));
        server.jobs().submitJob(TestJobs.submit(TestJobs.job("tighten", "dc-tighten")));
        eventually().until(() -> get("tighten").getAllocationsCount() == 1);
        String id = get("tighten").getAllocations(0).getId();
        node.report(id, ClientStatus.CLIENT_STATUS_RUNNING);

        node.drop();
        connect(node.restricted(NO_HOST_NETWORK));
        node.report(id, ClientStatus.CLIENT_STATUS_RUNNING);

        assertThat(server.nodes()
                        .getNode(
                                GetNodeRequest.newBuilder().setNodeId(node.id()).build())
                        .getNode()
                        .getRestrictions())
                .isEqualTo(NO_HOST_NETWORK);
        eventually().until(() -> get("tighten").getAllocations(0).getMisfit().equals(REASON));
        Allocation running = get("tighten").getAllocations(0);
        assertThat(running.getId()).isEqualTo(id);
        assertThat(running.getDesiredStatus()).isEqualTo(DesiredStatus.DESIRED_STATUS_RUN);
        assertThat(running.getClientStatus()).isEqualTo(ClientStatus.CLIENT_STATUS_RUNNING);
    }

    @Test
    void a_node_that_refuses_an_allocation_gets_no_other_of_the_job_before_it_changes() {
        FakeNode node = connect(FakeNode.in("dc-refuse", "refuse"));
        TaskGroup group = TestJobs.job("refuse", "dc-refuse").getTaskGroups(0).toBuilder()
                .setReschedule(ReschedulePolicy.newBuilder()
                        .setUnlimited(true)
                        .setDelay(Duration.newBuilder().setNanos(1_000_000))
                        .setDelayFunction(DelayFunction.DELAY_FUNCTION_CONSTANT))
                .build();
        Job job = TestJobs.job("refuse", "dc-refuse", group.toBuilder());
        server.jobs().submitJob(TestJobs.submit(job));
        eventually().until(() -> get("refuse").getAllocationsCount() == 1);
        String first = get("refuse").getAllocations(0).getId();

        node.reportRestricted(first, "This node does not allow the host path \"/x\"");

        eventually()
                .until(() -> get("refuse").getEvaluation().getStatus() == EvaluationStatus.EVALUATION_STATUS_BLOCKED);
        assertThat(get("refuse").getEvaluation().getFailures(0).getSummary())
                .contains(": node does not allow the host path \"/x\"");

        node.drop();
        connect(node.restricted(NodeRestrictions.newBuilder()
                .setHostVolumes(HostVolumeRestriction.getDefaultInstance())
                .build()));

        eventually().until(() -> get("refuse").getAllocationsCount() == 2);
        assertThat(get("refuse").getAllocationsList())
                .filteredOn(one -> one.getId().equals(first))
                .extracting(Allocation::getRestriction)
                .containsExactly("This node does not allow the host path \"/x\"");
    }

    @Test
    void restrictions_of_a_node_are_validated_like_all_that_nodes_say() {
        FakeNode node = connect(FakeNode.in("dc-faulty", "faulty")
                .restricted(NodeRestrictions.newBuilder()
                        .setHostVolumes(HostVolumeRestriction.newBuilder().addAllow("srv"))
                        .setUsers(IdRestriction.getDefaultInstance())
                        .build()));

        assertThat(node.session().end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(node.session().end().getDescription())
                .contains("register.node.restrictions.host_volumes.allow[0]: \"srv\" is no absolute path");
    }

    private FakeNode connect(FakeNode node) {
        nodes.add(node);
        return node.connect(server.channel());
    }

    private static GetJobResponse get(String jobId) {
        return server.jobs().getJob(GetJobRequest.newBuilder().setJobId(jobId).build());
    }

    private static List<Tuple> verdicts(Job job) {
        return server
                .jobs()
                .planJob(PlanJobRequest.newBuilder().setJob(job).build())
                .getGroups(0)
                .getNodesList()
                .stream()
                // Nodes of other tests are in other datacenters.
                .filter(verdict -> !verdict.getReason().startsWith("datacenter is not"))
                .map(verdict -> tuple(verdict.getNodeName(), verdict.getFeasible(), verdict.getReason()))
                .toList();
    }
}
