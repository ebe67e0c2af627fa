package dev.gantry.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationServiceGrpc;
import dev.gantry.v1.AllocationServiceGrpc.AllocationServiceImplBase;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DiscoveryServiceGrpc;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.JobServiceGrpc.JobServiceImplBase;
import dev.gantry.v1.LogStream;
import dev.gantry.v1.NodeServiceGrpc;
import dev.gantry.v1.StreamLogsRequest;
import dev.gantry.v1.StreamLogsResponse;
import dev.gantry.v1.WatchAllocationRequest;
import dev.gantry.v1.WatchAllocationResponse;
import dev.gantry.v1.WatchJobRequest;
import dev.gantry.v1.WatchJobResponse;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WatchTest {

    /** Java's common pool has one thread on a machine with two processors: what waits there can wait for itself. */
    private static final Executor OWN_THREAD = work -> new Thread(work).start();

    private static final RetryPolicy QUICK = new RetryPolicy(4, Duration.ofMillis(1), Duration.ofMillis(5), 2);

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @Test
    void a_watch_goes_on_after_what_it_was_told_when_the_server_was_away() throws Exception {
        List<Long> after = new CopyOnWriteArrayList<>();
        ScriptedServer first = started(ScriptedServer.start(new JobServiceImplBase() {
            @Override
            public void watchJob(WatchJobRequest request, StreamObserver<WatchJobResponse> answer) {
                after.add(request.getAfterIndex());
                answer.onNext(update(5));
                answer.onNext(update(8));
            }
        }));
        GantryClient client = client(first.address());
        try (Watch<WatchJobResponse> watch = client.jobs().watch("web", 3)) {
            assertThat(watch.next().getIndex()).isEqualTo(5);
            assertThat(watch.next().getIndex()).isEqualTo(8);

            first.close();
            started(ScriptedServer.startAt(first.port(), new JobServiceImplBase() {
                @Override
                public void watchJob(WatchJobRequest request, StreamObserver<WatchJobResponse> answer) {
                    after.add(request.getAfterIndex());
                    answer.onNext(update(9));
                }
            }));

            assertThat(watch.next().getIndex()).isEqualTo(9);
        }
        assertThat(after).containsExactly(3L, 8L);
    }

    @Test
    void a_watch_that_goes_on_tells_nothing_twice() throws Exception {
        WatchJobResponse changed = update(5).toBuilder()
                .setJob(JobRecord.newBuilder().setVersion(1).setModifyIndex(4))
                .addEvaluations(Evaluation.newBuilder().setId("e").setModifyIndex(5))
                .addAllocations(Allocation.newBuilder().setId("a").setModifyIndex(4))
                // These have changed while the message was made.
                .addAllocations(Allocation.newBuilder().setId("b").setModifyIndex(6))
                .addDeployments(Deployment.newBuilder().setId("d").setModifyIndex(6))
                .build();
        WatchJobResponse again = update(7).toBuilder()
                .setJob(JobRecord.newBuilder().setVersion(1).setModifyIndex(4))
                .addAllocations(Allocation.newBuilder().setId("b").setModifyIndex(6))
                .addAllocations(Allocation.newBuilder().setId("c").setModifyIndex(6))
                .addAllocations(Allocation.newBuilder().setId("a").setModifyIndex(7))
                .addDeployments(Deployment.newBuilder().setId("d").setModifyIndex(6))
                .build();
        ScriptedServer first = started(ScriptedServer.start(telling(changed)));
        GantryClient client = client(first.address());
        try (Watch<WatchJobResponse> watch = client.jobs().watch("web")) {
            assertThat(watch.next()).isEqualTo(changed);

            first.close();
            ScriptedServer second = started(ScriptedServer.startAt(first.port(), telling(again)));

            WatchJobResponse resumed = watch.next();
            assertThat(resumed.hasJob()).isFalse();
            assertThat(resumed.getDeploymentsList()).isEmpty();
            assertThat(resumed.getAllocationsList())
                    .extracting(Allocation::getId)
                    .containsExactly("c", "a");

            // The database was set back: all of it is new.
            second.close();
            started(ScriptedServer.startAt(first.port(), telling(changed)));

            assertThat(watch.next()).isEqualTo(changed);
        }
    }

    private static JobServiceImplBase telling(WatchJobResponse update) {
        return new JobServiceImplBase() {
            @Override
            public void watchJob(WatchJobRequest request, StreamObserver<WatchJobResponse> answer) {
                answer.onNext(update);
            }
        };
    }

    @Test
    void a_watch_of_a_job_that_is_not_known_fails() throws IOException {
        GantryClient client = clientOf(new JobServiceImplBase() {
            @Override
            public void watchJob(WatchJobRequest request, StreamObserver<WatchJobResponse> answer) {
                answer.onError(
                        Status.NOT_FOUND.withDescription("No job \"web\"").asRuntimeException());
            }
        });

        try (Watch<WatchJobResponse> watch = client.jobs().watch("web")) {
            assertThatThrownBy(watch::hasNext)
                    .isInstanceOf(NotFoundException.class)
                    .hasMessage("No job \"web\"");
            assertThat(watch.isEnded()).isTrue();
            assertThat(watch.hasNext()).isFalse();
        }
    }

    @Test
    void each_stream_is_opened_again_by_its_reader_alone() throws IOException {
        ScriptedServer server = started(ScriptedServer.start(
                unavailable(JobServiceGrpc.getServiceDescriptor()),
                unavailable(AllocationServiceGrpc.getServiceDescriptor()),
                unavailable(NodeServiceGrpc.getServiceDescriptor()),
                unavailable(DiscoveryServiceGrpc.getServiceDescriptor())));
        GantryClient client = started(GantryClient.builder()
                .address(server.address())
                .retry(new RetryPolicy(4, Duration.ofMillis(20), Duration.ofMillis(20), 1))
                .watchPatience(Duration.ZERO)
                .build());

        List<ThrowingCallable> reads = List.of(
                client.jobs().watch("web")::hasNext,
                client.allocations().watch("a1a1")::hasNext,
                client.nodes().watch("n1")::hasNext,
                client.services().watch("web")::hasNext,
                client.allocations().logs("a1a1", LogOptions.STDOUT)::read);

        for (int i = 0; i < reads.size(); i++) {
            assertThatThrownBy(reads.get(i)).isInstanceOf(UnavailableException.class);
            assertThat(server.headers()).hasSize(i + 1);
        }
    }

    @Test
    void a_watch_gives_up_once_its_patience_is_over() throws IOException {
        List<WatchJobRequest> seen = new CopyOnWriteArrayList<>();
        ScriptedServer server = started(ScriptedServer.start(new JobServiceImplBase() {
            @Override
            public void watchJob(WatchJobRequest request, StreamObserver<WatchJobResponse> answer) {
                seen.add(request);
                answer.onError(
                        Status.UNAVAILABLE.withDescription("shutting down").asRuntimeException());
            }
        }));
        GantryClient client = started(GantryClient.builder()
                .address(server.address())
                .retry(QUICK)
                .watchPatience(Duration.ofSeconds(1))
                .build());

        try (Watch<WatchJobResponse> watch = client.jobs().watch("web")) {
            assertThatThrownBy(watch::hasNext)
                    .isInstanceOf(UnavailableException.class)
                    .hasMessage("shutting down");
        }
        assertThat(seen).hasSizeGreaterThan(QUICK.maxAttempts());
    }

    @Test
    void closing_a_watch_frees_the_thread_that_waits_for_it_and_tells_the_server() throws Exception {
        CountDownLatch watched = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        GantryClient client = clientOf(new JobServiceImplBase() {
            @Override
            public void watchJob(WatchJobRequest request, StreamObserver<WatchJobResponse> answer) {
                ((ServerCallStreamObserver<WatchJobResponse>) answer).setOnCancelHandler(cancelled::countDown);
                watched.countDown();
            }
        });
        Watch<WatchJobResponse> watch = client.jobs().watch("web");
        CompletableFuture<Boolean> reader = CompletableFuture.supplyAsync(watch::hasNext, OWN_THREAD);
        assertThat(watched.await(10, TimeUnit.SECONDS)).isTrue();

        watch.close();

        assertThat(reader.get(10, TimeUnit.SECONDS)).isFalse();
        assertThat(watch.isEnded()).isTrue();
        assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void closing_the_client_ends_its_watches() throws Exception {
        CountDownLatch watched = new CountDownLatch(1);
        GantryClient client = clientOf(new JobServiceImplBase() {
            @Override
            public void watchJob(WatchJobRequest request, StreamObserver<WatchJobResponse> answer) {
                watched.countDown();
            }
        });
        Watch<WatchJobResponse> watch = client.jobs().watch("web");
        CompletableFuture<Boolean> reader = CompletableFuture.supplyAsync(watch::hasNext, OWN_THREAD);
        assertThat(watched.await(10, TimeUnit.SECONDS)).isTrue();

        client.close();

        assertThat(reader.get(10, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void a_poll_returns_empty_handed_in_time_and_loses_nothing() throws Exception {
        AtomicReference<StreamObserver<WatchJobResponse>> answers = new AtomicReference<>();
        GantryClient client = clientOf(new JobServiceImplBase() {
            @Override
            public void watchJob(WatchJobRequest request, StreamObserver<WatchJobResponse> answer) {
                answers.set(answer);
            }
        });
        try (Watch<WatchJobResponse> watch = client.jobs().watch("web")) {
            await().until(() -> watch.poll(Duration.ofMillis(1)).isEmpty() && answers.get() != null);
            assertThat(watch.isEnded()).isFalse();

            answers.get().onNext(update(7));

            assertThat(watch.poll(Duration.ofSeconds(10))).contains(update(7));
        }
    }

    @Test
    void an_interrupted_reader_is_told_and_stays_interrupted() throws Exception {
        CountDownLatch watched = new CountDownLatch(1);
        GantryClient client = clientOf(new JobServiceImplBase() {
            @Override
            public void watchJob(WatchJobRequest request, StreamObserver<WatchJobResponse> answer) {
                watched.countDown();
            }
        });
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread reader = new Thread(() -> {
            try (Watch<WatchJobResponse> watch = client.jobs().watch("web")) {
                interrupted.completeExceptionally(new AssertionError("not interrupted: " + watch.hasNext()));
            } catch (GantryException e) {
                interrupted.complete(Thread.currentThread().isInterrupted());
            }
        });
        reader.start();
        assertThat(watched.await(10, TimeUnit.SECONDS)).isTrue();

        reader.interrupt();

        assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
        reader.join();
    }

    @Test
    void a_watch_of_an_allocation_tells_no_state_twice_and_ends_with_it() throws IOException {
        List<WatchAllocationRequest> seen = new CopyOnWriteArrayList<>();
        GantryClient client = clientOf(new AllocationServiceImplBase() {
            @Override
            public void watchAllocation(
                    WatchAllocationRequest request, StreamObserver<WatchAllocationResponse> answer) {
                seen.add(request);
                if (seen.size() == 1) {
                    answer.onNext(state(4));
                    answer.onError(Status.UNAVAILABLE.asRuntimeException());
                } else {
                    answer.onNext(state(4));
                    answer.onNext(state(6));
                    answer.onCompleted();
                }
            }
        });

        try (Watch<Allocation> watch = client.allocations().watch("a1b2")) {
            assertThat(watch)
                    .toIterable()
                    .extracting(Allocation::getModifyIndex)
                    .containsExactly(4L, 6L);
            assertThat(watch.isEnded()).isTrue();
        }
        assertThat(seen).hasSize(2);
    }

    @Test
    void a_log_is_read_as_the_bytes_that_the_task_wrote() throws IOException {
        List<StreamLogsRequest> seen = new CopyOnWriteArrayList<>();
        GantryClient client = clientOf(new AllocationServiceImplBase() {
            @Override
            public void streamLogs(StreamLogsRequest request, StreamObserver<StreamLogsResponse> answer) {
                seen.add(request);
                answer.onNext(piece("grün"));
                answer.onNext(piece(""));
                answer.onNext(piece("e\n"));
                answer.onCompleted();
            }
        });

        try (InputStream log = client.allocations()
                .logs("a1b2", LogOptions.STDERR.ofTask("nginx").tail(0).following())) {
            assertThat(log).hasContent("grüne\n");
            assertThat(log.read()).isEqualTo(-1);
        }
        assertThat(seen)
                .containsExactly(StreamLogsRequest.newBuilder()
                        .setAllocationId("a1b2")
                        .setTask("nginx")
                        .setStream(LogStream.LOG_STREAM_STDERR)
                        .setTailLines(0)
                        .setFollow(true)
                        .build());
    }

    @Test
    void a_log_of_a_task_that_is_not_known_fails_when_it_is_read() throws IOException {
        GantryClient client = clientOf(new AllocationServiceImplBase() {
            @Override
            public void streamLogs(StreamLogsRequest request, StreamObserver<StreamLogsResponse> answer) {
                answer.onError(Status.NOT_FOUND.withDescription("No task \"x\"").asRuntimeException());
            }
        });

        try (InputStream log = client.allocations().logs("a1b2", LogOptions.STDOUT)) {
            assertThatThrownBy(log::read).isInstanceOf(NotFoundException.class).hasMessage("No task \"x\"");
        }
    }

    private GantryClient clientOf(BindableService... services) throws IOException {
        return client(started(ScriptedServer.start(services)).address());
    }

    private GantryClient client(String address) {
        return started(GantryClient.builder().address(address).retry(QUICK).build());
    }

    private <T extends AutoCloseable> T started(T part) {
        open.add(0, part);
        return part;
    }

    private static WatchJobResponse update(long index) {
        return WatchJobResponse.newBuilder().setIndex(index).build();
    }

    private static WatchAllocationResponse state(long index) {
        return WatchAllocationResponse.newBuilder()
                .setAllocation(Allocation.newBuilder().setModifyIndex(index))
                .build();
    }

    /** A service that can't do anything now. */
    private static BindableService unavailable(ServiceDescriptor service) {
        ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(service);
        service.getMethods().forEach(method -> definition.addMethod(refused(method)));
        return definition::build;
    }

    private static <Q, T> ServerMethodDefinition<Q, T> refused(MethodDescriptor<Q, T> method) {
        return ServerMethodDefinition.create(
                method,
                ServerCalls.asyncServerStreamingCall(
                        (request, observer) -> observer.onError(Status.UNAVAILABLE.asRuntimeException())));
    }

    private static StreamLogsResponse piece(String text) {
        return StreamLogsResponse.newBuilder()
                .setData(ByteString.copyFrom(text, StandardCharsets.UTF_8))
                .build();
    }
}
