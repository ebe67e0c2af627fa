package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.cluster.watch.WatchHub;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.JobServiceGrpc.JobServiceImplBase;
import dev.gantry.v1.WatchJobRequest;
import dev.gantry.v1.WatchJobResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests watches of large messages over real connections, with clients that do not read. */
@Timeout(60)
class WatchStreamTest {

    private static final int LARGE = 1 << 20;

    private final WatchMemoryLimit room = new WatchMemoryLimit(LARGE, Duration.ofMinutes(1), Duration.ofMillis(300));
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private LoopbackServer server;

    @BeforeEach
    void start() throws IOException {
        server = LoopbackServer.start(
                builder -> builder.addStreamTracerFactory(SlowReaders.tracers()).addService(new Watches()));
    }

    @AfterEach
    void stop() {
        server.close();
        threads.shutdownNow();
    }

    @Test
    void a_watch_that_is_not_read_for_long_ends_once_another_one_needs_its_room() {
        Watch still = new Watch(0);
        await().until(() -> room.taken() >= LARGE);
        await().during(Duration.ofMillis(600)).until(() -> !still.end.isDone());

        Watch reading = new Watch(1);

        assertThat(reading.message.join().getSerializedSize()).isGreaterThanOrEqualTo(LARGE);
        still.call.request(2);
        assertThat(still.end.join().getCode()).isEqualTo(Status.Code.CANCELLED);
        reading.call.cancel("enough", null);
        await().until(() -> room.taken() == 0);
    }

    private final class Watches extends JobServiceImplBase {

        @Override
        public void watchJob(WatchJobRequest request, StreamObserver<WatchJobResponse> observer) {
            WatchJobResponse large = WatchJobResponse.newBuilder()
                    .setJob(JobRecord.newBuilder().setJob(Job.newBuilder().setId("x".repeat(LARGE))))
                    .build();
            WatchStream.begin(
                    (ServerCallStreamObserver<WatchJobResponse>) observer,
                    new WatchHub(),
                    new WatchHub.JobTopic("job"),
                    room,
                    threads,
                    () -> new WatchStream.News<>(Optional.of(large), WatchStream.Progress.UP_TO_DATE, () -> {}));
        }
    }

    /** Reads as many messages as it is told to. */
    private final class Watch extends ClientCall.Listener<WatchJobResponse> {

        private final CompletableFuture<WatchJobResponse> message =
                new CompletableFuture<WatchJobResponse>().orTimeout(40, TimeUnit.SECONDS);
        private final CompletableFuture<Status> end = new CompletableFuture<Status>().orTimeout(40, TimeUnit.SECONDS);
        private final ClientCall<WatchJobRequest, WatchJobResponse> call =
                server.channel().newCall(JobServiceGrpc.getWatchJobMethod(), CallOptions.DEFAULT);

        Watch(int messages) {
            call.start(this, new Metadata());
            call.sendMessage(WatchJobRequest.getDefaultInstance());
            call.halfClose();
            if (messages > 0) {
                call.request(messages);
            }
        }

        @Override
        public void onMessage(WatchJobResponse response) {
            message.complete(response);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            end.complete(status);
        }
    }
}
