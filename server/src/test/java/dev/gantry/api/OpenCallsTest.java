package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.NodeSessionServiceGrpc;
import dev.gantry.v1.NodeSessionServiceGrpc.NodeSessionServiceImplBase;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests open calls with the health service, whose Watch is a stream and whose Check is a unary call. */
class OpenCallsTest {

    private final OpenCalls calls = new OpenCalls(1, 1, NodeSessionServiceGrpc.getConnectMethod(), new Everybody());
    private LoopbackServer server;

    @BeforeEach
    void start() throws IOException {
        server = LoopbackServer.start(builder -> builder.intercept(calls)
                .addService(new HealthStatusManager().getHealthService())
                .addService(new Sessions()));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void calls_beyond_the_limit_are_refused_until_another_has_ended() {
        Watch watch = new Watch();
        watch.begin();

        assertThatThrownBy(this::check)
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("UNAVAILABLE")
                .hasMessageContaining("1 calls wait already");

        watch.call.cancel("enough", null);
        await().ignoreExceptions().until(() -> check() == HealthCheckResponse.ServingStatus.SERVING);
    }

    @Test
    void a_node_finds_its_place_however_many_calls_clients_have_open() {
        new Watch().begin();
        CompletableFuture<ConnectResponse> answer = new CompletableFuture<>();

        NodeSessionServiceGrpc.newStub(server.channel()).connect(new StreamObserver<>() {
            @Override
            public void onNext(ConnectResponse response) {
                answer.complete(response);
            }

            @Override
            public void onError(Throwable failure) {
                answer.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {}
        });

        assertThat(answer.orTimeout(10, TimeUnit.SECONDS).join()).isNotNull();
    }

    @Test
    void streams_are_ended_with_unavailable_those_too_that_begin_later() {
        Watch watch = new Watch();
        watch.begin();

        calls.endStreams();

        assertThat(watch.end.join().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        Watch late = new Watch();
        late.open();
        assertThat(late.end.join().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        await().ignoreExceptions().until(() -> check() == HealthCheckResponse.ServingStatus.SERVING);
    }

    private HealthCheckResponse.ServingStatus check() {
        return HealthGrpc.newBlockingStub(server.channel())
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus();
    }

    /** Says something to each node. */
    private static final class Sessions extends NodeSessionServiceImplBase {

        @Override
        public StreamObserver<ConnectRequest> connect(StreamObserver<ConnectResponse> answers) {
            answers.onNext(ConnectResponse.getDefaultInstance());
            return new StreamObserver<>() {
                @Override
                public void onNext(ConnectRequest message) {}

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {}
            };
        }
    }

    private final class Watch implements ClientResponseObserver<HealthCheckRequest, HealthCheckResponse> {

        private final CompletableFuture<HealthCheckResponse> first = new CompletableFuture<>();
        private final CompletableFuture<Status> end = new CompletableFuture<Status>().orTimeout(10, TimeUnit.SECONDS);
        private ClientCallStreamObserver<HealthCheckRequest> call;

        void open() {
            HealthGrpc.newStub(server.channel()).watch(HealthCheckRequest.getDefaultInstance(), this);
        }

        void begin() {
            open();
            assertThat(first.orTimeout(10, TimeUnit.SECONDS).join()).isNotNull();
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<HealthCheckRequest> stream) {
            call = stream;
        }

        @Override
        public void onNext(HealthCheckResponse response) {
            first.complete(response);
        }

        @Override
        public void onError(Throwable failure) {
            first.completeExceptionally(failure);
            end.complete(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            end.complete(Status.OK);
        }
    }
}
