package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gantry.access.Caller;
import dev.gantry.api.CallLimits.Limit;
import dev.gantry.api.access.CallContext;
import dev.gantry.v1.ClusterServiceGrpc;
import dev.gantry.v1.ClusterServiceGrpc.ClusterServiceImplBase;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.GetStatusResponse;
import dev.gantry.v1.NodeSessionServiceGrpc;
import dev.gantry.v1.NodeSessionServiceGrpc.NodeSessionServiceImplBase;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests the limits of peers: a server exempts callers of its own machine, so the limiter is tested apart from it. */
@Timeout(60)
class CallLimiterTest {

    private static final Limit LOW = new Limit(1, 1, 1);

    /** A management token: only its address limits it. */
    private static final ServerInterceptor AUTHENTICATED = new ServerInterceptor() {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            Context context = Context.current().withValue(CallContext.CALLER, new Caller.Anyone());
            return Contexts.interceptCall(context, call, headers, next);
        }
    };

    private static final class Cluster extends ClusterServiceImplBase {

        @Override
        public void getStatus(GetStatusRequest request, StreamObserver<GetStatusResponse> observer) {
            observer.onNext(GetStatusResponse.getDefaultInstance());
            observer.onCompleted();
        }
    }

    private static final class Sessions extends NodeSessionServiceImplBase {

        @Override
        public StreamObserver<ConnectRequest> connect(StreamObserver<ConnectResponse> observer) {
            observer.onNext(ConnectResponse.getDefaultInstance());
            return observer(new CompletableFuture<>());
        }
    }

    private static <T> StreamObserver<T> observer(CompletableFuture<T> first) {
        return new StreamObserver<>() {
            @Override
            public void onNext(T message) {
                first.complete(message);
            }

            @Override
            public void onError(Throwable failure) {
                first.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {}
        };
    }

    @Test
    void callers_from_one_address_share_a_limit_and_sessions_of_nodes_have_none() throws IOException {
        CallLimiter limiter = new CallLimiter(new CallLimits(Limit.NONE, LOW), call -> false, System::nanoTime);
        try (LoopbackServer server = LoopbackServer.start(builder -> builder.intercept(limiter)
                .intercept(AUTHENTICATED)
                .addService(new Cluster())
                .addService(new Sessions()))) {
            StatusRuntimeException refusal = catchThrowableOfType(StatusRuntimeException.class, () -> {
                for (int i = 0; i < 1000; i++) {
                    var unused = ClusterServiceGrpc.newBlockingStub(server.channel())
                            .withDeadlineAfter(30, TimeUnit.SECONDS)
                            .getStatus(GetStatusRequest.getDefaultInstance());
                }
            });

            assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(refusal.getStatus().getDescription())
                    .contains("The address 127.0.0.1 makes more than 1 calls a second", "--peer-calls");
            for (int i = 0; i < 50; i++) {
                CompletableFuture<ConnectResponse> answer = new CompletableFuture<>();
                NodeSessionServiceGrpc.newStub(server.channel()).connect(observer(answer));
                assertThat(answer.orTimeout(30, TimeUnit.SECONDS).join()).isNotNull();
            }
        }
    }
}
