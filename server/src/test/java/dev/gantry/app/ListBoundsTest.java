package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobStatus;
import dev.gantry.v1.JobType;
import dev.gantry.v1.ListAllocationsRequest;
import dev.gantry.v1.ListEvaluationsRequest;
import dev.gantry.v1.ListJobVersionsRequest;
import dev.gantry.v1.ListJobsRequest;
import dev.gantry.v1.ListJobsResponse;
import dev.gantry.v1.ListNodesRequest;
import dev.gantry.v1.ListNodesResponse;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.Parameterized;
import dev.gantry.v1.StopJobRequest;
import dev.gantry.v1.View;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests pages, views and filters of lists. */
@Timeout(120)
class ListBoundsTest {

    private static final int LARGE = 8;

    @RegisterExtension
    private static final TestServer server = TestServer.extension();

    private static FakeNode node;

    @BeforeAll
    static void start() {
        node = FakeNode.in("dc-lists", "lists-b").runningTasks().connect(server.channel());
        FakeNode.in("dc-other", "lists-a").connect(server.channel());
        for (int i = 0; i < LARGE; i++) {
            submit(TestJobs.job("large-" + i, "dc-none").toBuilder()
                    .putAllMeta(TestJobs.meta(900_000))
                    .build());
        }
        submit(TestJobs.job("one-batch", "dc-none").toBuilder()
                .setType(JobType.JOB_TYPE_BATCH)
                .build());
        submit(TestJobs.job("one-parent", "dc-none").toBuilder()
                .setType(JobType.JOB_TYPE_BATCH)
                .setParameterized(Parameterized.newBuilder().addMetaOptional("key"))
                .build());
        submit(TestJobs.counted("one-running", "dc-lists", 2));
        submit(TestJobs.job("one-stopped", "dc-none"));
        server.jobs()
                .stopJob(StopJobRequest.newBuilder().setJobId("one-stopped").build());
        eventually()
                .until(() -> allocations(View.VIEW_FULL).stream()
                                .filter(one -> one.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING)
                                .count()
                        == 2);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void a_page_of_whole_jobs_ends_at_two_mebibytes_and_all_pages_have_all_jobs() {
        ListJobsRequest.Builder request = ListJobsRequest.newBuilder()
                .setPrefix("large-")
                .setPageSize(1000)
                .setView(View.VIEW_FULL);
        List<String> seen = new ArrayList<>();
        do {
            ListJobsResponse page = server.jobs().listJobs(request.build());
            assertThat(page.getSerializedSize()).isLessThan((2 << 20) + 1000);
            page.getJobsList().forEach(job -> seen.add(job.getJob().getId()));
            request.setPageToken(page.getNextPageToken());
        } while (!request.getPageToken().isEmpty());

        assertThat(seen).hasSize(LARGE).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void a_list_holds_of_jobs_what_tells_them_apart_unless_it_is_asked_for_the_whole() {
        ListJobsResponse page = list(ListJobsRequest.newBuilder().setPageSize(1000));
        assertThat(page.getSerializedSize()).isLessThan(10_000);
        assertThat(page.getNextPageToken()).isEmpty();
        Job parent = find(page, "one-parent").getJob();
        assertThat(parent.getType()).isEqualTo(JobType.JOB_TYPE_BATCH);
        assertThat(parent.getPriority()).isEqualTo(50);
        assertThat(parent.getDatacentersList()).containsExactly("dc-none");
        assertThat(parent.hasParameterized()).isTrue();
        assertThat(parent.getTaskGroupsList()).isEmpty();
        assertThat(find(page, "one-running").getStatus()).isEqualTo(JobStatus.JOB_STATUS_RUNNING);

        ListJobsResponse whole =
                list(ListJobsRequest.newBuilder().setPrefix("one-").setView(View.VIEW_FULL));
        assertThat(find(whole, "one-parent").getJob().getParameterized().getMetaOptionalList())
                .containsExactly("key");
        assertThat(server.jobs()
                        .listJobVersions(ListJobVersionsRequest.newBuilder()
                                .setJobId("large-0")
                                .build())
                        .getSerializedSize())
                .isLessThan(1000);
    }

    @Test
    void jobs_are_filtered_by_prefix_type_status_and_parent() {
        assertThat(ids(ListJobsRequest.newBuilder().setPrefix("one-")))
                .containsExactly("one-batch", "one-parent", "one-running", "one-stopped");
        assertThat(ids(ListJobsRequest.newBuilder().setType(JobType.JOB_TYPE_BATCH)))
                .containsExactly("one-batch", "one-parent");
        assertThat(ids(ListJobsRequest.newBuilder().setStatus(JobStatus.JOB_STATUS_DEAD)))
                .containsExactly("one-stopped");
        assertThat(ids(ListJobsRequest.newBuilder()
                        .setType(JobType.JOB_TYPE_SERVICE)
                        .setStatus(JobStatus.JOB_STATUS_RUNNING)))
                .containsExactly("one-running");
        assertThat(ids(ListJobsRequest.newBuilder().setParentId("one-parent"))).isEmpty();
    }

    @Test
    void jobs_are_listed_from_either_end() {
        ListJobsRequest.Builder backwards =
                ListJobsRequest.newBuilder().setPrefix("one-").setPageSize(3).setOrderBy("id  desc");
        ListJobsResponse first = list(backwards);
        assertThat(ids(backwards)).containsExactly("one-stopped", "one-running", "one-parent");
        assertThat(ids(backwards.setPageToken(first.getNextPageToken()))).containsExactly("one-batch");

        assertThatThrownBy(() -> list(ListJobsRequest.newBuilder().setPageToken(first.getNextPageToken())))
                .hasMessageContaining("page_token");
        assertThatThrownBy(() -> list(ListJobsRequest.newBuilder().setOrderBy("priority")))
                .hasMessageContaining("order_by");
        assertThatThrownBy(() -> list(ListJobsRequest.newBuilder().setViewValue(77)))
                .hasMessageContaining("view");
    }

    @Test
    void allocations_are_listed_without_their_tasks_unless_asked_for_the_whole() {
        assertThat(allocations(View.VIEW_BASIC)).hasSize(2).allSatisfy(one -> {
            assertThat(one.getTaskStatesList()).isEmpty();
            assertThat(one.getNodeName()).isEqualTo("lists-b");
        });
        assertThat(allocations(View.VIEW_FULL))
                .allSatisfy(one -> assertThat(one.getTaskStatesList()).isNotEmpty());
        assertThat(count(ListAllocationsRequest.newBuilder().setTaskGroup("none")))
                .isZero();
        assertThat(count(ListAllocationsRequest.newBuilder().setTaskGroup("web")))
                .isEqualTo(2);
        assertThat(count(ListAllocationsRequest.newBuilder().setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)))
                .isZero();
    }

    @Test
    void nodes_are_listed_with_what_their_drivers_are_and_filtered_by_what_they_are() {
        List<Node> basic = nodes(ListNodesRequest.newBuilder());
        assertThat(basic).extracting(Node::getName).containsExactly("lists-a", "lists-b");
        assertThat(basic.get(0).getAttributesMap())
                .containsEntry("driver.rkt.version", "1.30.0")
                .doesNotContainKey("kernel.name");
        assertThat(nodes(ListNodesRequest.newBuilder().setView(View.VIEW_FULL))
                        .get(0)
                        .getAttributesMap())
                .containsKey("kernel.name");
        assertThat(names(ListNodesRequest.newBuilder().setOrderBy("name desc"))).containsExactly("lists-b", "lists-a");
        assertThat(names(ListNodesRequest.newBuilder().setDatacenter("dc-other")))
                .containsExactly("lists-a");
        assertThat(names(ListNodesRequest.newBuilder().setPrefix("lists-b"))).containsExactly("lists-b");
        assertThat(names(ListNodesRequest.newBuilder().setStatus(NodeStatus.NODE_STATUS_DOWN)))
                .isEmpty();
        assertThat(names(ListNodesRequest.newBuilder().setNodeClass("large"))).isEmpty();

        ListNodesRequest.Builder backwards =
                ListNodesRequest.newBuilder().setOrderBy("name desc").setPageSize(1);
        ListNodesResponse first = server.nodes().listNodes(backwards.build());
        assertThat(names(backwards.setPageToken(first.getNextPageToken()))).containsExactly("lists-a");
    }

    @Test
    void evaluations_are_filtered_by_their_state() {
        ListEvaluationsRequest.Builder ofOne =
                ListEvaluationsRequest.newBuilder().setJobId("one-batch");
        eventually()
                .until(() -> server.jobs()
                                .listEvaluations(ofOne.clone()
                                        .setStatus(EvaluationStatus.EVALUATION_STATUS_BLOCKED)
                                        .build())
                                .getEvaluationsCount()
                        == 1);
        assertThat(server.jobs()
                        .listEvaluations(ofOne.clone()
                                .setStatus(EvaluationStatus.EVALUATION_STATUS_CANCELED)
                                .build())
                        .getEvaluationsCount())
                .isZero();
    }

    private static void submit(Job job) {
        assertThat(server.jobs().submitJob(TestJobs.submit(job)).getEvaluationId())
                .isNotEmpty();
    }

    private static ListJobsResponse list(ListJobsRequest.Builder request) {
        return server.jobs().listJobs(request.build());
    }

    private static List<String> ids(ListJobsRequest.Builder request) {
        return list(request).getJobsList().stream()
                .map(job -> job.getJob().getId())
                .toList();
    }

    private static JobRecord find(ListJobsResponse page, String id) {
        return page.getJobsList().stream()
                .filter(job -> job.getJob().getId().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static List<Allocation> allocations(View view) {
        return server.allocations()
                .listAllocations(ListAllocationsRequest.newBuilder()
                        .setJobId("one-running")
                        .setView(view)
                        .build())
                .getAllocationsList();
    }

    private static int count(ListAllocationsRequest.Builder request) {
        return server.allocations()
                .listAllocations(request.setJobId("one-running").build())
                .getAllocationsCount();
    }

    private static List<Node> nodes(ListNodesRequest.Builder request) {
        return server.nodes().listNodes(request.build()).getNodesList();
    }

    private static List<String> names(ListNodesRequest.Builder request) {
        return nodes(request).stream().map(Node::getName).toList();
    }
}
