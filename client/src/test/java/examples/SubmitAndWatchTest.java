package examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.client.GantryClient;
import dev.gantry.client.ScriptedServer;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationServiceGrpc.AllocationServiceImplBase;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
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

class SubmitAndWatchTest {

    @Test
    void the_example_prints_where_the_job_ran_and_what_it_wrote() throws Exception {
        List<WatchJobResponse> updates = List.of(
                update(allocation("old", "e0", ClientStatus.CLIENT_STATUS_COMPLETE)),
                update(allocation("new", "e1", ClientStatus.CLIENT_STATUS_RUNNING)),
                update(allocation("new", "e1", ClientStatus.CLIENT_STATUS_COMPLETE)));

        assertThat(run(updates)).isEqualTo("""
                        submitted version 2 of hello
                        hello.greeters[0] is CLIENT_STATUS_RUNNING on n1
                        hello.greeters[0] is CLIENT_STATUS_COMPLETE on n1
                        log of new
                        """);
    }

    @Test
    void the_example_says_why_the_job_could_not_be_placed() throws Exception {
        WatchJobResponse blocked = WatchJobResponse.newBuilder()
                .addEvaluations(Evaluation.newBuilder()
                        .setStatus(EvaluationStatus.EVALUATION_STATUS_BLOCKED)
                        .addFailures(PlacementFailure.newBuilder().setSummary("No node is ready")))
                .build();

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

    private static WatchJobResponse update(Allocation allocation) {
        return WatchJobResponse.newBuilder().addAllocations(allocation).build();
    }

    private static Allocation allocation(String id, String evaluation, ClientStatus status) {
        return Allocation.newBuilder()
                .setId(id)
                .setName("hello.greeters[0]")
                .setNodeName("n1")
                .setEvaluationId(evaluation)
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
