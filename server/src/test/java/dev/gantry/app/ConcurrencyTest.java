package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.ListAllocationsRequest;
import dev.gantry.v1.ListAllocationsResponse;
import dev.gantry.v1.SubmitJobResponse;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests concurrent submissions. */
class ConcurrencyTest {

    private static final int JOBS = 200;

    @RegisterExtension
    private final TestServer server = TestServer.extension();

    private FakeNode node;

    @BeforeEach
    void start() {
        node = FakeNode.in("dc1", "one").connect(server.channel());
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void many_jobs_at_a_time_are_each_placed_once_with_ports_of_their_own_until_there_are_no_more() throws Exception {
        submitAll(IntStream.range(0, JOBS)
                .mapToObj(i -> small(TestJobs.withPort("job-" + i, "dc1", "http", 0)))
                .toList());

        // The node has 100 dynamic ports.
        eventually().until(() -> placed().size() == 100 && blocked() == JOBS - 100);
        assertThat(placed()).extracting(Allocation::getJobId).doesNotHaveDuplicates();
        assertThat(placed())
                .flatExtracting(Allocation::getPortsList)
                .extracting(AllocatedPort::getPort)
                .doesNotHaveDuplicates()
                .allMatch(port -> port >= 20_000 && port <= 20_099);
        eventually().until(() -> node.session().toRun().size() == 100);
    }

    @Test
    void of_many_jobs_that_want_one_static_port_exactly_one_has_it_at_a_time() throws Exception {
        submitAll(IntStream.range(0, 10)
                .mapToObj(i -> small(TestJobs.withPort("rival-" + i, "dc1", "http", 8080)))
                .toList());

        eventually().until(() -> placed().size() == 1 && blocked() == 9);
        node.report(placed().get(0).getId(), ClientStatus.CLIENT_STATUS_COMPLETE);

        eventually().until(() -> placed().size() == 2 && blocked() == 8);
        assertThat(placed())
                .filteredOn(allocation -> allocation.getClientStatus() == ClientStatus.CLIENT_STATUS_PENDING)
                .hasSize(1);
    }

    @Test
    void one_request_sent_many_times_at_a_time_is_one_submission() throws Exception {
        var request = TestJobs.submit(TestJobs.job("once", "dc1")).toBuilder()
                .setRequestId("once")
                .build();
        var stub = JobServiceGrpc.newFutureStub(server.channel());

        List<SubmitJobResponse> answers = Futures.allAsList(IntStream.range(0, 50)
                        .mapToObj(i -> stub.submitJob(request))
                        .toList())
                .get();

        assertThat(answers).hasSize(50).containsOnly(answers.get(0));
    }

    private void submitAll(List<Job> jobs) throws Exception {
        var stub = JobServiceGrpc.newFutureStub(server.channel());
        List<ListenableFuture<SubmitJobResponse>> answers =
                jobs.stream().map(job -> stub.submitJob(TestJobs.submit(job))).toList();
        assertThat(Futures.allAsList(answers).get()).hasSize(jobs.size());
    }

    private List<Allocation> placed() {
        ListAllocationsResponse answer = server.allocations()
                .listAllocations(
                        ListAllocationsRequest.newBuilder().setPageSize(1000).build());
        return answer.getAllocationsList();
    }

    private long blocked() {
        return server.cluster().getStatus(GetStatusRequest.getDefaultInstance()).getEvaluationsBlocked();
    }

    private static Job small(Job job) {
        Job.Builder small = job.toBuilder();
        small.getTaskGroupsBuilder(0)
                .getTasksBuilder(0)
                .getResourcesBuilder()
                .setCpu(20)
                .setMemoryMib(10);
        return small.build();
    }
}
