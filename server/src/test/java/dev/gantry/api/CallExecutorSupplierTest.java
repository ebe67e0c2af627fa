package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.NodeSessionServiceGrpc;
import dev.gantry.v1.NodeSessionServiceGrpc.NodeSessionServiceImplBase;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.health.v1.HealthGrpc.HealthImplBase;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the executors with a server whose own executor is one thread, and services that return their thread's name. */
class CallExecutorSupplierTest {

    private static final String CALLS = "the thread of calls";

    private final BlockingQueue<String> threads = new ArrayBlockingQueue<>(1);
    private final ExecutorService executor = Executors.newSingleThreadExecutor(task -> new Thread(task, CALLS));
    private LoopbackServer server;

    @BeforeEach
    void start() throws IOException {
        server = LoopbackServer.start(builder -> builder.executor(CallExecutorSupplier.SAME_THREAD)
                .callExecutor(new CallExecutorSupplier(NodeSessionServiceGrpc.getConnectMethod(), executor))
                .addService(new Sessions())
                .addService(new Health()));
    }

    @AfterEach
    void stop() {
        server.close();
        executor.shutdown();
    }

    @Test
    void what_a_node_says_is_not_handed_to_the_thread_of_calls() throws InterruptedException {
        StreamObserver<ConnectRequest> node =
                NodeSessionServiceGrpc.newStub(server.channel()).connect(new Nobody());

        node.onNext(ConnectRequest.getDefaultInstance());

        assertThat(threads.poll(5, TimeUnit.SECONDS)).isNotNull().isNotEqualTo(CALLS);
    }

    @Test
    void a_session_begins_while_all_threads_of_calls_are_busy() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        executor.execute(() -> awaitQuietly(done));
        try {
            NodeSessionServiceGrpc.newStub(server.channel())
                    .connect(new Nobody())
                    .onNext(ConnectRequest.getDefaultInstance());

            assertThat(threads.poll(5, TimeUnit.SECONDS)).isNotNull();
        } finally {
            done.countDown();
        }
    }

    @Test
    void other_calls_run_in_the_thread_of_calls() throws InterruptedException {
        HealthGrpc.newBlockingStub(server.channel())
                .withDeadlineAfter(5, TimeUnit.SECONDS)
                .check(HealthCheckRequest.getDefaultInstance());

        assertThat(threads.poll(5, TimeUnit.SECONDS)).isEqualTo(CALLS);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell() {
        threads.add(Thread.currentThread().getName());
    }

    private final class Sessions extends NodeSessionServiceImplBase {

        @Override
        public StreamObserver<ConnectRequest> connect(StreamObserver<ConnectResponse> answers) {
            return new StreamObserver<>() {
                @Override
                public void onNext(ConnectRequest message) {
                    tell();
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {}
            };
        }
    }

    private final class Health extends HealthImplBase {

        @Override
        public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> answer) {
            tell();
            answer.onNext(HealthCheckResponse.getDefaultInstance());
            answer.onCompleted();
        }
    }

    private static final class Nobody implements StreamObserver<ConnectResponse> {

        @Override
        public void onNext(ConnectResponse message) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }
}
