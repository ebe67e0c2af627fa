package examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.gantry.client.GantryClient;
import dev.gantry.client.ScriptedServer;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationServiceGrpc.AllocationServiceImplBase;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobServiceGrpc.JobServiceImplBase;
import dev.gantry.v1.PlacementFailure;
import dev.gantry.v1.StreamLogsRequest;
import dev.gantry.v1.StreamLogsResponse;
import dev.gantry.v1.SubmitJobRequest;
import dev.gantry.v1.SubmitJobResponse;
import dev.gantry.v1.WatchJobRequest;
import dev.gantry.v1.WatchJobResponse;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SubmitAndWatchTest {

    @Test
    void the_example_prints_where_the_job_ran_and_what_it_wrote() throws Exception {
        List<WatchJobResponse> updates = List.of(
                update(1, allocation("old", 1, 1, ClientStatus.CLIENT_STATUS_COMPLETE)),
                update(5, evaluation(5, 5, EvaluationStatus.EVALUATION_STATUS_PENDING)),
                update(
                        6,
                        evaluation(5, 6, EvaluationStatus.EVALUATION_STATUS_COMPLETE),
                        allocation("new", 2, 6, ClientStatus.CLIENT_STATUS_PENDING)),
                update(7, allocation("new", 2, 7, ClientStatus.CLIENT_STATUS_RUNNING)),
                update(8, allocation("new", 2, 8, ClientStatus.CLIENT_STATUS_COMPLETE)));

        assertThat(run(updates)).isEqualTo("""
                        submitted version 2 of say-hello
                        say-hello.greeters[0] is CLIENT_STATUS_PENDING on n1
                        say-hello.greeters[0] is CLIENT_STATUS_RUNNING on n1
                        say-hello.greeters[0] is CLIENT_STATUS_COMPLETE on n1
                        log of new
                        """);
    }

    @Test
    void the_example_ends_when_the_job_was_submitted_before_and_has_not_changed() throws Exception {
        List<WatchJobResponse> updates = List.of(
                update(
                        5,
                        evaluation(1, 2, EvaluationStatus.EVALUATION_STATUS_COMPLETE),
                        evaluation(5, 5, EvaluationStatus.EVALUATION_STATUS_PENDING),
                        allocation("first", 2, 4, ClientStatus.CLIENT_STATUS_COMPLETE)),
                update(6, evaluation(5, 6, EvaluationStatus.EVALUATION_STATUS_COMPLETE)));

        assertThat(run(updates)).isEqualTo("""
                        submitted version 2 of say-hello
                        say-hello.greeters[0] is CLIENT_STATUS_COMPLETE on n1
                        log of first
                        """);
    }

    @Test
    void the_example_does_not_take_a_failure_for_the_end_if_another_allocation_is_placed() throws Exception {
        Allocation failed = allocation("one", 2, 7, ClientStatus.CLIENT_STATUS_FAILED);
        List<WatchJobResponse> updates = List.of(
                // The allocation is told before the evaluation that its failure has queued.
                update(6, evaluation(5, 6, EvaluationStatus.EVALUATION_STATUS_COMPLETE), failed),
                update(7, evaluation(7, 7, EvaluationStatus.EVALUATION_STATUS_PENDING)),
                update(
                        8,
                        evaluation(7, 8, EvaluationStatus.EVALUATION_STATUS_COMPLETE),
                        failed.toBuilder()
                                .setModifyIndex(8)
                                .setNextRescheduleTime(Timestamp.newBuilder().setSeconds(60))
                                .build()),
                update(
                        9,
                        evaluation(9, 9, EvaluationStatus.EVALUATION_STATUS_COMPLETE),
                        failed.toBuilder()
                                .setModifyIndex(9)
                                .setNextAllocationId("two")
                                .build(),
                        allocation("two", 2, 9, ClientStatus.CLIENT_STATUS_RUNNING)),
                update(10, allocation("two", 2, 10, ClientStatus.CLIENT_STATUS_COMPLETE)));

        assertThat(run(updates)).endsWith("log of two\n");
    }

    @Test
    void the_example_ends_with_a_failure_that_is_the_last() throws Exception {
        List<WatchJobResponse> updates = List.of(
                update(
                        7,
                        evaluation(7, 7, EvaluationStatus.EVALUATION_STATUS_PENDING),
                        allocation("one", 2, 7, ClientStatus.CLIENT_STATUS_FAILED)),
                update(8, evaluation(7, 8, EvaluationStatus.EVALUATION_STATUS_COMPLETE)));

        assertThat(run(updates)).endsWith("log of one\n");
    }

    @Test
    void the_example_ends_when_someone_else_stops_the_job() throws Exception {
        WatchJobResponse stopped = WatchJobResponse.newBuilder()
                .setJob(JobRecord.newBuilder().setVersion(2).setStopped(true))
                .setIndex(9)
                .build();

        assertThat(run(List.of(stopped))).endsWith("someone else has stopped the job or submitted it again\n");
    }

    @Test
    void the_example_says_why_the_job_could_not_be_placed() throws Exception {
        WatchJobResponse blocked = update(
                9,
                evaluation(9, 9, EvaluationStatus.EVALUATION_STATUS_BLOCKED).toBuilder()
                        .addFailures(PlacementFailure.newBuilder().setSummary("No node is ready"))
                        .build());

        assertThat(run(List.of(blocked))).endsWith("No node is ready\n");
    }

    private static String run(List<WatchJobResponse> updates) throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (ScriptedServer server = ScriptedServer.start(new ScriptedJobs(updates), new ScriptedLogs());
                GantryClient gantry = GantryClient.connect(server.address())) {
            SubmitAndWatch.run(gantry, "hello.aci", new PrintStream(printed, true, StandardCharsets.UTF_8));
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    private static WatchJobResponse update(long index, Message... changes) {
        WatchJobResponse.Builder update = WatchJobResponse.newBuilder().setIndex(index);
        for (Message change : changes) {
            if (change instanceof Evaluation evaluation) {
                update.addEvaluations(evaluation);
            } else {
                update.addAllocations((Allocation) change);
            }
        }
        return update.build();
    }

    private static Evaluation evaluation(long createIndex, long modifyIndex, EvaluationStatus status) {
        return Evaluation.newBuilder()
                .setCreateIndex(createIndex)
                .setModifyIndex(modifyIndex)
                .setStatus(status)
                .build();
    }

    private static Allocation allocation(String id, long version, long modifyIndex, ClientStatus status) {
        return Allocation.newBuilder()
                .setId(id)
                .setName("say-hello.greeters[0]")
                .setNodeName("n1")
                .setJobVersion(version)
                .setModifyIndex(modifyIndex)
                .setClientStatus(status)
                .build();
    }

    private static final class ScriptedJobs extends JobServiceImplBase {

        private final List<WatchJobResponse> updates;

        ScriptedJobs(List<WatchJobResponse> updates) {
            this.updates = updates;
        }

        @Override
        public void submitJob(SubmitJobRequest request, StreamObserver<SubmitJobResponse> answer) {
            answer.onNext(SubmitJobResponse.newBuilder()
                    .setEvaluationId("e1")
                    .setVersion(2)
                    .build());
            answer.onCompleted();
        }

        @Override
        public void watchJob(WatchJobRequest request, StreamObserver<WatchJobResponse> answer) {
            updates.forEach(answer::onNext);
        }
    }

    private static final class ScriptedLogs extends AllocationServiceImplBase {

        @Override
        public void streamLogs(StreamLogsRequest request, StreamObserver<StreamLogsResponse> answer) {
            answer.onNext(StreamLogsResponse.newBuilder()
                    .setData(ByteString.copyFromUtf8("log of " + request.getAllocationId() + "\n"))
                    .build());
            answer.onCompleted();
        }
    }
}
