package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.gantry.v1.AclAccess;
import dev.gantry.v1.AclCapability;
import dev.gantry.v1.AclJobRule;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclServiceGrpc;
import dev.gantry.v1.AclTokenType;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationServiceGrpc;
import dev.gantry.v1.ApplyAclPolicyRequest;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.ClusterServiceGrpc;
import dev.gantry.v1.CreateAclTokenRequest;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.DrainNodeRequest;
import dev.gantry.v1.DrainStrategy;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetNodeRequest;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.ListAllocationsRequest;
import dev.gantry.v1.NodeRestrictions;
import dev.gantry.v1.NodeSelector;
import dev.gantry.v1.NodeServiceGrpc;
import dev.gantry.v1.SubmitJobRequest;
import dev.gantry.v1.WhatIfAllocation;
import dev.gantry.v1.WhatIfChange;
import dev.gantry.v1.WhatIfCount;
import dev.gantry.v1.WhatIfDrain;
import dev.gantry.v1.WhatIfFitQuestion;
import dev.gantry.v1.WhatIfGroup;
import dev.gantry.v1.WhatIfNewNodes;
import dev.gantry.v1.WhatIfNodeProperties;
import dev.gantry.v1.WhatIfRequest;
import dev.gantry.v1.WhatIfResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Asks a real server what it would do, with jobs on simulated nodes. */
@Timeout(120)
class WhatIfFlowTest {

    @RegisterExtension
    private final TestServer server = TestServer.closedExtension();

    private final List<FakeNode> nodes = new ArrayList<>();
    private Channel management;

    @BeforeEach
    void connect() throws IOException {
        management = server.channel(server.managementToken());
        for (String name : List.of("a", "b")) {
            join(FakeNode.in("dc1", name).withRkt("1.1.0"));
        }
    }

    @AfterEach
    void stop() {
        nodes.forEach(FakeNode::close);
    }

    @Test
    void a_drain_moves_what_was_told_and_the_question_itself_changes_nothing() {
        submit(TestJobs.counted("web", "dc1", 6));
        awaitRunning("web", 6);
        Map<Integer, String> before = places("web");
        long index = index();

        WhatIfResponse told = ask(management, drain("a"));

        assertThat(index()).isEqualTo(index);
        assertThat(told.getIndex()).isEqualTo(index);
        assertThat(places("web")).isEqualTo(before);
        assertThat(NodeServiceGrpc.newBlockingStub(management)
                        .getNode(GetNodeRequest.newBuilder().setNodeId("a").build())
                        .getNode()
                        .hasDrain())
                .isFalse();
        List<Integer> leaving = before.entrySet().stream()
                .filter(place -> place.getValue().equals("a"))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        assertThat(told.getAllocationsList())
                .extracting(WhatIfAllocation::getIndex)
                .containsExactlyElementsOf(leaving);
        assertThat(told.getGroups(0).getMoved()).isEqualTo(leaving.size()).isPositive();

        NodeServiceGrpc.newBlockingStub(management)
                .drainNode(DrainNodeRequest.newBuilder()
                        .setNodeId("a")
                        .setBegin(DrainStrategy.getDefaultInstance())
                        .build());
        eventually()
                .untilAsserted(
                        () -> assertThat(places("web").values()).hasSize(6).containsOnly("b"));
    }

    @Test
    void waiting_jobs_are_placed_on_added_or_upgraded_nodes_and_room_is_counted() throws IOException {
        join(FakeNode.in("dc1", "closed")
                .withRkt("1.30.0")
                .restricted(
                        NodeRestrictions.newBuilder().setDenyHostNetwork(true).build()));
        submit(TestJobs.constrained("new", "dc1", "${driver.rkt.version}", ">", "1.2"));
        eventually()
                .until(() -> JobServiceGrpc.newBlockingStub(management)
                                .getJob(GetJobRequest.newBuilder()
                                        .setJobId("new")
                                        .build())
                                .getEvaluation()
                                .getFailuresCount()
                        == 1);

        WhatIfResponse now = ask(management);
        WhatIfResponse upgraded = ask(
                management,
                WhatIfChange.newBuilder()
                        .setSetProperties(WhatIfNodeProperties.newBuilder()
                                .setNodes(NodeSelector.newBuilder().setNode("a"))
                                .putProperties("driver.rkt.version", "1.30.0"))
                        .build());
        WhatIfResponse added = ClusterServiceGrpc.newBlockingStub(management)
                .whatIf(WhatIfRequest.newBuilder()
                        .addChanges(WhatIfChange.newBuilder()
                                .setAddNodes(WhatIfNewNodes.newBuilder()
                                        .setCount(3)
                                        .setLike("a")
                                        .setMemoryMib(600)
                                        .putProperties("attr.driver.rkt.version", "1.29.0")))
                        .addChanges(count("new", 2))
                        .addFits(WhatIfFitQuestion.newBuilder().setJobId("new").setTaskGroup("web"))
                        .build());

        assertThat(now.getGroupsList()).singleElement().satisfies(group -> {
            assertThat(group.getWaiting()).isEqualTo(1);
            assertThat(group.getWaitingBefore()).isEqualTo(1);
            assertThat(group.getFailure().getSummary()).contains("2 of 3 nodes").contains("network");
        });
        assertThat(upgraded.getAllocationsList())
                .extracting(WhatIfAllocation::getToNode)
                .containsExactly("a");
        assertThat(added.getGroups(0).getPlaced()).isEqualTo(2);
        assertThat(added.getAllocationsList()).isEmpty();
        assertThat(added.getAllocationsLeftOut()).isEqualTo(2);
        assertThat(added.getFits(0).getMore()).isEqualTo(4);
        assertThat(added.getFits(0).getLimit().getSummary()).contains("3 lack memory");
    }

    @Test
    void what_is_wrong_with_a_question_is_told_with_its_field() {
        submit(TestJobs.job("web", "dc1"));

        assertThat(refusal(drain("nowhere")))
                .returns(Status.Code.NOT_FOUND, Status::getCode)
                .extracting(Status::getDescription)
                .asString()
                .contains("No node \"nowhere\"");
        assertThat(refusal(count("nothing", 2)).getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(refusal(WhatIfChange.newBuilder()
                                .setSetCount(
                                        WhatIfCount.newBuilder().setJobId("web").setTaskGroup("other"))
                                .build())
                        .getDescription())
                .contains("changes[0].set_count.task_group: job \"web\" has no group \"other\"");
        assertThat(refusal(WhatIfChange.getDefaultInstance()).getDescription()).contains("changes[0]: is empty");
        assertThat(refusal(WhatIfChange.newBuilder()
                                .setAddNodes(WhatIfNewNodes.newBuilder().setCount(10_001))
                                .build())
                        .getDescription())
                .contains("changes[0].add_nodes.count: 10001 is not within 1 and 10000")
                .contains("3 more");
        assertThat(refusal(WhatIfChange.newBuilder()
                                .setDrain(WhatIfDrain.getDefaultInstance())
                                .build())
                        .getDescription())
                .contains("changes[0].drain.nodes: selects nothing");
        assertThat(catchThrowableOfType(
                                StatusRuntimeException.class,
                                () -> ask(management, faulty("one"), submitting("good"), faulty("two")))
                        .getStatus()
                        .getDescription())
                .as("the faults of all jobs, each with its job")
                .contains("changes[0].submit.priority: 101 is not within 1 and 100")
                .contains("1 more");
    }

    @Test
    void jobs_that_the_token_may_not_read_are_counted_and_not_shown() {
        submit(TestJobs.counted("own-web", "dc1", 4));
        submit(TestJobs.counted("secret", "dc1", 4));
        awaitRunning("own-web", 4);
        awaitRunning("secret", 4);
        Channel nodesOnly = token(AclPolicy.newBuilder().setNode(AclAccess.ACL_ACCESS_READ));
        Channel team = token(AclPolicy.newBuilder()
                .setNode(AclAccess.ACL_ACCESS_READ)
                .addJobs(AclJobRule.newBuilder()
                        .setJobGlob("own-*")
                        .addCapabilities(AclCapability.ACL_CAPABILITY_PLAN)
                        .addCapabilities(AclCapability.ACL_CAPABILITY_READ)));
        Channel blind = token(AclPolicy.newBuilder()
                .addJobs(AclJobRule.newBuilder()
                        .setJobGlob("*")
                        .addCapabilities(AclCapability.ACL_CAPABILITY_PLAN)
                        .addCapabilities(AclCapability.ACL_CAPABILITY_READ)));

        WhatIfResponse seen = ask(team, drain("a"), drain("b"));

        assertThat(seen.getGroupsList()).extracting(WhatIfGroup::getJobId).containsExactly("own-web");
        assertThat(seen.getAllocationsList())
                .extracting(WhatIfAllocation::getJobId)
                .containsOnly("own-web");
        assertThat(seen.getJobsHidden()).isEqualTo(1);
        assertThat(ask(nodesOnly, drain("a"), drain("b")).getJobsHidden()).isEqualTo(2);
        assertThat(refusal(blind, drain("a")).getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(refusal(team, count("secret", 9)).getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(refusal(nodesOnly, submitting("own-web")).getDescription()).contains("plan");
        assertThat(ask(team, submitting("own-new")).getGroupsList())
                .extracting(WhatIfGroup::getJobId, WhatIfGroup::getPlaced)
                .contains(tuple("own-new", 1));
    }

    private static WhatIfChange faulty(String jobId) {
        return WhatIfChange.newBuilder()
                .setSubmit(TestJobs.job(jobId, "dc1").toBuilder().setPriority(101))
                .build();
    }

    private static WhatIfChange submitting(String jobId) {
        return WhatIfChange.newBuilder().setSubmit(TestJobs.job(jobId, "dc1")).build();
    }

    private static WhatIfChange drain(String node) {
        return WhatIfChange.newBuilder()
                .setDrain(WhatIfDrain.newBuilder()
                        .setNodes(NodeSelector.newBuilder().setNode(node)))
                .build();
    }

    private static WhatIfChange count(String jobId, int count) {
        return WhatIfChange.newBuilder()
                .setSetCount(WhatIfCount.newBuilder()
                        .setJobId(jobId)
                        .setTaskGroup("web")
                        .setCount(count))
                .build();
    }

    private static WhatIfResponse ask(Channel channel, WhatIfChange... changes) {
        return ClusterServiceGrpc.newBlockingStub(channel)
                .whatIf(WhatIfRequest.newBuilder()
                        .addAllChanges(List.of(changes))
                        .setMaxAllocations(100)
                        .build());
    }

    private Status refusal(WhatIfChange change) {
        return refusal(management, change);
    }

    private static Status refusal(Channel channel, WhatIfChange change) {
        return catchThrowableOfType(StatusRuntimeException.class, () -> ask(channel, change))
                .getStatus();
    }

    private void join(FakeNode node) throws IOException {
        node.runningTasks().connect(server.channel(), node.headers(Optional.of(server.joinToken())));
        nodes.add(node);
    }

    private void submit(Job job) {
        var unused = JobServiceGrpc.newBlockingStub(management)
                .submitJob(SubmitJobRequest.newBuilder().setJob(job).build());
    }

    private void awaitRunning(String jobId, int count) {
        eventually().untilAsserted(() -> assertThat(places(jobId)).hasSize(count));
    }

    /** Returns the nodes of the allocations that run, by index. */
    private Map<Integer, String> places(String jobId) {
        return AllocationServiceGrpc.newBlockingStub(management)
                .listAllocations(
                        ListAllocationsRequest.newBuilder().setJobId(jobId).build())
                .getAllocationsList()
                .stream()
                .filter(one -> one.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_RUN
                        && one.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING)
                .collect(Collectors.toMap(Allocation::getIndex, Allocation::getNodeName, (one, other) -> one));
    }

    private long index() {
        return ClusterServiceGrpc.newBlockingStub(management)
                .getStatus(GetStatusRequest.getDefaultInstance())
                .getIndex();
    }

    private Channel token(AclPolicy.Builder policy) {
        String name = "policy-" + policy.build().hashCode();
        AclServiceGrpc.newBlockingStub(management)
                .applyAclPolicy(ApplyAclPolicyRequest.newBuilder()
                        .setPolicy(policy.setName(name))
                        .build());
        return server.channel(AclServiceGrpc.newBlockingStub(management)
                .createAclToken(CreateAclTokenRequest.newBuilder()
                        .setType(AclTokenType.ACL_TOKEN_TYPE_CLIENT)
                        .addPolicies(name)
                        .build())
                .getSecret());
    }
}
