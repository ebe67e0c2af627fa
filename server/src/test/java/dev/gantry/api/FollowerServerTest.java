package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.store.Members.Leader;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.JobServiceGrpc.JobServiceImplBase;
import dev.gantry.v1.SubmitJobRequest;
import dev.gantry.v1.SubmitJobResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests what a server that passes calls on keeps of them, with a leader that answers as a test wants. */
@Timeout(60)
class FollowerServerTest {

    private static final int MIB = 1024 * 1024;
    private static final int PLENTY = 64 * MIB;
    private static final Duration LONG = Duration.ofMinutes(1);

    private static final MethodDescriptor<byte[], byte[]> MANY_ANSWERS =
            CallRelay.method("test.Large/Answer").toBuilder()
                    .setType(MethodType.SERVER_STREAMING)
                    .build();

    private static final MethodDescriptor<byte[], byte[]> NEVER_READ = CallRelay.method("test.Large/Ignore").toBuilder()
            .setType(MethodType.UNARY)
            .build();

    private final AtomicInteger seenByLeader = new AtomicInteger();
    private final AtomicInteger openAtLeader = new AtomicInteger();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int last = opened.size() - 1; last >= 0; last--) {
            opened.get(last).close();
        }
    }

    @Test
    void a_call_that_the_follower_refuses_ends_at_the_leader_too() throws IOException {
        FollowerServer follower = follower(new FollowerServer.Memory(8 * RequestMemoryLimit.PART, PLENTY, LONG));
        String submit = JobServiceGrpc.getSubmitJobMethod().getFullMethodName();
        for (int calls = 1; calls <= 3; calls++) {
            int expected = calls;
            RawConnection half = RawConnection.begin(follower.port(), submit, 4 * RequestMemoryLimit.PART);
            opened.add(half);
            await().untilAsserted(() -> assertThat(seenByLeader).hasValue(expected));
            half.send(RequestMemoryLimit.PART).send(RequestMemoryLimit.PART).send(RequestMemoryLimit.PART);
        }

        await().untilAsserted(() -> assertThat(openAtLeader).hasValue(2));
    }

    @Test
    void a_request_takes_room_until_the_leader_has_taken_it() throws IOException {
        FollowerServer follower = follower(new FollowerServer.Memory(MIB, PLENTY, LONG));
        ManagedChannel callers = channel(follower);
        var unused = send(callers, NEVER_READ, new byte[700 * 1024]);

        await().during(Duration.ofMillis(500))
                .untilAsserted(() -> assertThat(send(callers, NEVER_READ, new byte[700 * 1024])
                                .completeOnTimeout(Status.DEADLINE_EXCEEDED, 2, TimeUnit.SECONDS)
                                .join()
                                .getCode())
                        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
    }

    @Test
    void an_answer_finds_no_room_while_others_are_unread_and_those_are_cut_off_after_a_while() throws IOException {
        FollowerServer follower = follower(new FollowerServer.Memory(PLENTY, MIB + MIB / 2, Duration.ofMillis(300)));
        List<CompletableFuture<Status>> unread = List.of(new CompletableFuture<>(), new CompletableFuture<>());
        unread.forEach(end -> read(channel(follower), 0, end));

        Status refused =
                (Status) CompletableFuture.anyOf(unread.get(0), unread.get(1)).join();
        assertThat(refused.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(refused.getDescription()).contains("there is no room for this one");
        await().untilAsserted(() -> assertThat(openAtLeader).hasValue(0));

        CompletableFuture<Status> next = new CompletableFuture<>();
        read(channel(follower), 1, next);
        assertThat(next.join().getCode()).isEqualTo(Status.Code.OK);
    }

    /** Calls for large answers and asks for some of them; the result is OK once they are there. */
    private void read(ManagedChannel from, int answers, CompletableFuture<Status> end) {
        ClientCall<byte[], byte[]> call = from.newCall(MANY_ANSWERS, CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(byte[] message) {
                        end.complete(Status.OK);
                        call.cancel("Read enough", null);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(status);
                    }
                },
                new Metadata());
        call.sendMessage(new byte[1]);
        call.halfClose();
        if (answers > 0) {
            call.request(answers);
        }
    }

    private static <Q, A> CompletableFuture<Status> send(ManagedChannel to, MethodDescriptor<Q, A> method, Q request) {
        CompletableFuture<Status> end = new CompletableFuture<>();
        ClientCall<Q, A> call = to.newCall(method, CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(status);
                    }
                },
                new Metadata());
        call.request(1);
        call.sendMessage(request);
        call.halfClose();
        return end;
    }

    private FollowerServer follower(FollowerServer.Memory memory) throws IOException {
        LoopbackServer leader = LoopbackServer.start(builder -> builder.flowControlWindow(64 * 1024)
                .intercept(new OpenCounter(seenByLeader, openAtLeader))
                .addService(new JobServiceImplBase() {
                    @Override
                    public void submitJob(SubmitJobRequest request, StreamObserver<SubmitJobResponse> observer) {
                        observer.onNext(SubmitJobResponse.getDefaultInstance());
                        observer.onCompleted();
                    }
                })
                .addService(ServerServiceDefinition.builder("test.Large")
                        .addMethod(MANY_ANSWERS, FollowerServerTest::answerWithoutEnd)
                        .addMethod(NEVER_READ, (call, headers) -> new ServerCall.Listener<>() {})
                        .build()));
        opened.add(leader);
        FollowerServer follower = FollowerServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                InsecureServerCredentials.create(),
                InsecureChannelCredentials.create(),
                memory);
        opened.add(follower);
        follower.follow(Optional.of(new Leader("the leader", "127.0.0.1:" + leader.port(), 1, "secret")));
        return follower;
    }

    private static ServerCall.Listener<byte[]> answerWithoutEnd(ServerCall<byte[], byte[]> call, Metadata headers) {
        call.sendHeaders(new Metadata());
        call.request(1);
        return new ServerCall.Listener<>() {
            @Override
            public void onReady() {
                while (call.isReady()) {
                    call.sendMessage(new byte[MIB]);
                }
            }
        };
    }

    /** Counts the calls that are open. */
    private record OpenCounter(AtomicInteger seen, AtomicInteger open) implements ServerInterceptor {

        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            open.incrementAndGet();
            seen.incrementAndGet();
            return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
                @Override
                public void onCancel() {
                    open.decrementAndGet();
                    super.onCancel();
                }

                @Override
                public void onComplete() {
                    open.decrementAndGet();
                    super.onComplete();
                }
            };
        }
    }

    private ManagedChannel channel(FollowerServer server) {
        ManagedChannel channel = NettyChannelBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))
                .usePlaintext()
                .flowControlWindow(64 * 1024)
                .build();
        opened.add(channel::shutdownNow);
        return channel;
    }
}
