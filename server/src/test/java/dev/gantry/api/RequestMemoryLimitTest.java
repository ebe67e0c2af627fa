package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.rpc.RetryInfo;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.JobServiceGrpc.JobServiceImplBase;
import dev.gantry.v1.LogChunk;
import dev.gantry.v1.NodeSessionServiceGrpc;
import dev.gantry.v1.NodeSessionServiceGrpc.NodeSessionServiceImplBase;
import dev.gantry.v1.SubmitJobRequest;
import dev.gantry.v1.SubmitJobResponse;
import dev.gantry.v1.WatchJobRequest;
import dev.gantry.v1.WatchJobResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests the limit over real connections, with a service that answers submissions on command. */
@Timeout(60)
class RequestMemoryLimitTest {

    private static final String SUBMIT = JobServiceGrpc.getSubmitJobMethod().getFullMethodName();
    private static final String CONNECT =
            NodeSessionServiceGrpc.getConnectMethod().getFullMethodName();
    private static final int MIB = 1024 * 1024;
    private static final int ROOM = 16 * RequestMemoryLimit.PART;
    private static final int LARGE_ROOM = ROOM - ROOM / 4;

    private final AtomicLong nanoTime = new AtomicLong();
    private final RequestMemoryLimit room = new RequestMemoryLimit(
            ROOM, Duration.ofSeconds(30), NodeSessionServiceGrpc.getConnectMethod(), nanoTime::get);
    private final ExecutorService callThreads = Executors.newFixedThreadPool(2);
    private final Queue<StreamObserver<SubmitJobResponse>> submissions = new ConcurrentLinkedQueue<>();
    private final List<RawConnection> halves = new ArrayList<>();
    private LoopbackServer server;

    @BeforeEach
    void start() throws IOException {
        server = LoopbackServer.start(builder -> builder.executor(CallExecutorSupplier.SAME_THREAD)
                .callExecutor(new CallExecutorSupplier(NodeSessionServiceGrpc.getConnectMethod(), callThreads))
                .addStreamTracerFactory(room)
                .intercept(room)
                .intercept(new OpenCalls(1000, 1000, NodeSessionServiceGrpc.getConnectMethod(), new Everybody()))
                .addService(new Jobs())
                .addService(new Sessions()));
    }

    @AfterEach
    void stop() throws IOException {
        for (RawConnection half : halves) {
            half.close();
        }
        server.close();
        callThreads.shutdownNow();
    }

    @Test
    void requests_that_are_not_whole_take_no_more_than_the_room_and_leave_the_last_quarter_to_small_ones()
            throws IOException {
        for (int i = 0; i < 12; i++) {
            half(SUBMIT)
                    .send(RequestMemoryLimit.PART)
                    .send(RequestMemoryLimit.PART)
                    .send(RequestMemoryLimit.PART);
        }
        // Each of these is small and may use the last quarter; for the next one nothing is left.
        await().until(() -> room.taken() > LARGE_ROOM);
        await().during(Duration.ofMillis(200)).until(() -> room.taken() <= ROOM);

        closeHalves();
        await().until(() -> room.taken() == 0);
        fillLargeRoom();
        await().until(() -> room.taken() == LARGE_ROOM);
        CompletableFuture<Status> small = submit(10);
        await().until(() -> submissions.size() == 1);
        answerAll();
        assertThat(small.join().getCode()).isEqualTo(Status.Code.OK);
    }

    @Test
    void a_large_request_that_finds_no_room_is_refused_and_may_be_repeated_later() throws IOException {
        fillLargeRoom();
        await().until(() -> room.taken() == LARGE_ROOM);

        CompletableFuture<Status> refused = submit(MIB);

        assertThat(refused.join().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(refused.join().getDescription()).contains("send fewer at a time");
        assertThat(submissions).isEmpty();
        closeHalves();
        await().until(() -> room.taken() == 0);
        CompletableFuture<Status> repeated = submit(MIB);
        await().until(() -> submissions.size() == 1);
        assertThat(room.taken())
                .as("one that is larger than the room is taken by itself")
                .isGreaterThan(MIB);
        answerAll();
        assertThat(repeated.join().getCode()).isEqualTo(Status.Code.OK);
        await().until(() -> room.taken() == 0);
    }

    @Test
    void a_request_holds_its_room_until_it_is_answered() {
        CompletableFuture<Status> first = submit(LARGE_ROOM - 1000);
        await().until(() -> submissions.size() == 1);

        assertThat(submit(LARGE_ROOM / 2).join().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);

        answerAll();
        assertThat(first.join().getCode()).isEqualTo(Status.Code.OK);
        await().until(() -> room.taken() == 0);
    }

    @Test
    void a_request_that_does_not_become_whole_gives_way_once_others_need_its_room() throws IOException {
        fillLargeRoom();
        await().until(() -> room.taken() == LARGE_ROOM);
        nanoTime.addAndGet(Duration.ofSeconds(31).toNanos());

        // Each refused request also ends one that is late.
        await().until(() -> {
            CompletableFuture<Status> large = submit(LARGE_ROOM / 2);
            await().until(() -> large.isDone() || !submissions.isEmpty());
            return !submissions.isEmpty();
        });

        answerAll();
        await().until(() -> room.taken() < LARGE_ROOM);
    }

    @Test
    void a_small_part_counts_as_much_as_the_memory_that_it_keeps() throws IOException {
        RawConnection drip = half(SUBMIT);
        for (int i = 0; i < 10; i++) {
            drip.send(1);
        }

        await().until(() -> room.taken() == 10L * RequestMemoryLimit.PART);
    }

    @Test
    void a_node_is_heard_while_clients_have_taken_all_room_and_is_held_to_a_room_of_its_own() throws IOException {
        fillLargeRoom();
        await().until(() -> room.taken() == LARGE_ROOM);

        CompletableFuture<Status> node = new CompletableFuture<>();
        StreamObserver<ConnectRequest> session =
                NodeSessionServiceGrpc.newStub(server.channel()).connect(new End<>(node));
        for (int i = 0; i < 100; i++) {
            session.onNext(ConnectRequest.newBuilder()
                    .setLogChunk(LogChunk.newBuilder().setData(ByteString.copyFrom(new byte[LARGE_ROOM / 2])))
                    .build());
        }
        session.onCompleted();
        assertThat(node.orTimeout(20, TimeUnit.SECONDS).join().getCode()).isEqualTo(Status.Code.OK);

        for (int i = 0; i < 4; i++) {
            half(CONNECT)
                    .send(RequestMemoryLimit.PART)
                    .send(RequestMemoryLimit.PART)
                    .send(RequestMemoryLimit.PART)
                    .send(8_000);
        }
        assertThat(room.taken()).isEqualTo(LARGE_ROOM);
        await().until(() -> {
            CompletableFuture<Status> late = new CompletableFuture<>();
            NodeSessionServiceGrpc.newStub(server.channel())
                    .connect(new End<>(late))
                    .onNext(ConnectRequest.newBuilder()
                            .setLogChunk(LogChunk.newBuilder().setData(ByteString.copyFrom(new byte[LARGE_ROOM])))
                            .build());
            return late.completeOnTimeout(Status.OK, 1, TimeUnit.SECONDS).join().getCode()
                    == Status.Code.RESOURCE_EXHAUSTED;
        });
    }

    @Test
    void a_watch_does_not_keep_the_room_of_its_request() {
        CompletableFuture<Status> end = new CompletableFuture<>();
        CompletableFuture<WatchJobResponse> first = new CompletableFuture<>();
        JobServiceGrpc.newStub(server.channel())
                .watchJob(
                        WatchJobRequest.newBuilder()
                                .setJobId("x".repeat(50_000))
                                .build(),
                        new End<>(end) {
                            @Override
                            public void onNext(WatchJobResponse response) {
                                first.complete(response);
                            }
                        });

        assertThat(first.orTimeout(10, TimeUnit.SECONDS).join()).isNotNull();
        await().until(() -> room.taken() == 0);
        assertThat(end).isNotDone();
    }

    private void fillLargeRoom() throws IOException {
        for (int i = 0; i < 4; i++) {
            half(SUBMIT)
                    .send(RequestMemoryLimit.PART)
                    .send(RequestMemoryLimit.PART)
                    .send(RequestMemoryLimit.PART);
        }
    }

    private RawConnection half(String method) throws IOException {
        RawConnection half = RawConnection.begin(server.port(), method, MIB);
        halves.add(half);
        return half;
    }

    private void closeHalves() throws IOException {
        for (RawConnection half : halves) {
            half.close();
        }
        halves.clear();
    }

    private CompletableFuture<Status> submit(int size) {
        CompletableFuture<Status> end = new CompletableFuture<>();
        JobServiceGrpc.newStub(server.channel())
                .submitJob(
                        SubmitJobRequest.newBuilder()
                                .setJob(Job.newBuilder().setId("x".repeat(size)))
                                .build(),
                        new End<>(end));
        return end.orTimeout(30, TimeUnit.SECONDS);
    }

    private void answerAll() {
        for (var next = submissions.poll(); next != null; next = submissions.poll()) {
            next.onNext(SubmitJobResponse.getDefaultInstance());
            next.onCompleted();
        }
    }

    private final class Jobs extends JobServiceImplBase {

        @Override
        public void submitJob(SubmitJobRequest request, StreamObserver<SubmitJobResponse> answer) {
            submissions.add(answer);
        }

        @Override
        public void watchJob(WatchJobRequest request, StreamObserver<WatchJobResponse> answers) {
            answers.onNext(WatchJobResponse.getDefaultInstance());
        }
    }

    private static final class Sessions extends NodeSessionServiceImplBase {

        @Override
        public StreamObserver<ConnectRequest> connect(StreamObserver<ConnectResponse> answers) {
            return new StreamObserver<>() {
                @Override
                public void onNext(ConnectRequest message) {}

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {
                    answers.onCompleted();
                }
            };
        }
    }

    /** Waits for the end of a call; a refusal must say that the call may be repeated. */
    private static class End<T> implements StreamObserver<T> {

        private final CompletableFuture<Status> end;

        End(CompletableFuture<Status> end) {
            this.end = end;
        }

        @Override
        public void onNext(T response) {}

        @Override
        public void onError(Throwable failure) {
            if (failure instanceof StatusRuntimeException refusal
                    && refusal.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED) {
                assertThat(StatusProto.fromThrowable(failure).getDetailsList())
                        .anyMatch(detail -> detail.is(RetryInfo.class));
            }
            end.complete(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            end.complete(Status.OK);
        }
    }
}
