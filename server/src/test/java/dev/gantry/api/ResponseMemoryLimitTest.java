package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.JobServiceGrpc.JobServiceImplBase;
import dev.gantry.v1.ListJobsRequest;
import dev.gantry.v1.ListJobsResponse;
import dev.gantry.v1.StopJobRequest;
import dev.gantry.v1.StopJobResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests the limit over real connections, with lists that return whole pages and clients that do not read. */
@Timeout(60)
class ResponseMemoryLimitTest {

    private static final int PAGE = PageReader.LARGEST_PAGE;

    private final ExecutorService callThreads = Executors.newFixedThreadPool(4);
    private final AtomicInteger begun = new AtomicInteger();
    private final List<Call> calls = new ArrayList<>();
    private ResponseMemoryLimit budget;
    private LoopbackServer server;

    @AfterEach
    void stop() {
        server.close();
        callThreads.shutdownNow();
    }

    @Test
    void answers_that_nobody_reads_hold_their_share_and_others_wait_until_they_are_gone() throws IOException {
        start(3L * ResponseMemoryLimit.RESERVE, Duration.ofMinutes(1), Duration.ofMinutes(1));
        for (int i = 0; i < 16; i++) {
            calls.add(new Call());
        }

        // Three pages are reserved at first. Once their size is known to be half of that, others can be reserved.
        await().during(Duration.ofMillis(300)).until(() -> begun.get() == 5);
        assertThat(budget.taken()).isBetween(5L * (PAGE - 100), 3L * ResponseMemoryLimit.RESERVE);
        assertThat(JobServiceGrpc.newBlockingStub(server.channel())
                        .withDeadlineAfter(30, TimeUnit.SECONDS)
                        .stopJob(StopJobRequest.getDefaultInstance()))
                .as("a small answer waits for nobody")
                .isNotNull();

        calls.forEach(Call::read);
        for (Call call : calls) {
            assertThat(call.end.join().getCode()).isEqualTo(Status.Code.OK);
        }
        await().until(() -> budget.taken() == 0);
    }

    @Test
    void a_call_that_gets_no_share_in_time_is_refused() throws IOException {
        start(ResponseMemoryLimit.RESERVE, Duration.ofMillis(200), Duration.ofMinutes(1));
        Call first = new Call();
        await().until(() -> begun.get() == 1);

        Call second = new Call();

        assertThat(second.end.join().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(second.end.join().getDescription()).contains("ask for smaller pages");
        first.call.cancel("enough", null);
        await().until(() -> budget.taken() == 0);
        Call third = new Call();
        third.read();
        assertThat(third.end.join().getCode()).isEqualTo(Status.Code.OK);
    }

    @Test
    void a_call_that_is_given_up_while_it_waits_leaves_its_place_to_the_next() throws IOException {
        start(ResponseMemoryLimit.RESERVE, Duration.ofMinutes(1), Duration.ofMinutes(1));
        Call first = new Call();
        await().until(() -> begun.get() == 1);
        Call second = new Call();
        Call third = new Call();
        third.read();

        second.call.cancel("enough", null);
        first.call.cancel("enough", null);

        assertThat(third.end.join().getCode()).isEqualTo(Status.Code.OK);
        await().until(() -> budget.taken() == 0);
    }

    @Test
    void a_call_whose_answer_is_not_read_for_long_ends_once_another_one_waits() throws IOException {
        start(ResponseMemoryLimit.RESERVE, Duration.ofMinutes(1), Duration.ofMillis(300));
        Call still = new Call();
        await().until(() -> begun.get() == 1);
        await().during(Duration.ofMillis(600)).until(() -> !still.end.isDone());

        Call reading = new Call();
        reading.read();

        assertThat(reading.end.join().getCode()).isEqualTo(Status.Code.OK);
        still.read();
        assertThat(still.end.join().getCode()).isEqualTo(Status.Code.CANCELLED);
        await().until(() -> budget.taken() == 0);
    }

    private void start(long total, Duration patience, Duration unread) throws IOException {
        budget = new ResponseMemoryLimit(total, patience, unread, callThreads);
        server = LoopbackServer.start(builder -> builder.executor(callThreads)
                .addStreamTracerFactory(SlowReaders.tracers())
                .intercept(budget)
                .addService(new Pages()));
    }

    private final class Pages extends JobServiceImplBase {

        @Override
        public void listJobs(ListJobsRequest request, StreamObserver<ListJobsResponse> observer) {
            begun.incrementAndGet();
            observer.onNext(ListJobsResponse.newBuilder()
                    .addJobs(JobRecord.newBuilder().setJob(Job.newBuilder().setId("x".repeat(PAGE - 100))))
                    .build());
            observer.onCompleted();
        }

        @Override
        public void stopJob(StopJobRequest request, StreamObserver<StopJobResponse> observer) {
            observer.onNext(StopJobResponse.getDefaultInstance());
            observer.onCompleted();
        }
    }

    /** A call whose response is read on command. */
    private final class Call extends ClientCall.Listener<ListJobsResponse> {

        private final CompletableFuture<Status> end = new CompletableFuture<Status>().orTimeout(40, TimeUnit.SECONDS);
        private final ClientCall<ListJobsRequest, ListJobsResponse> call =
                server.channel().newCall(JobServiceGrpc.getListJobsMethod(), CallOptions.DEFAULT);

        Call() {
            call.start(this, new Metadata());
            call.sendMessage(ListJobsRequest.getDefaultInstance());
            call.halfClose();
        }

        void read() {
            call.request(2);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            end.complete(status);
        }
    }
}
