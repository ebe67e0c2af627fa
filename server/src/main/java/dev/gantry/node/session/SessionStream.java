package dev.gantry.node.session;

import dev.gantry.model.LeaderHeader;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.NodeSessionServiceGrpc;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * One stream to one server, over a connection of its own. The stream requests the next message only when the owner
 * thread has handled the one before.
 */
final class SessionStream {

    /**
     * The largest message that is accepted, in bytes. A server sends parts of about a megabyte; one allocation with its
     * job may be larger.
     */
    private static final int LARGEST_MESSAGE = 16 * 1024 * 1024;

    private static final Metadata.Key<String> LEADER =
            Metadata.Key.of(LeaderHeader.NAME, Metadata.ASCII_STRING_MARSHALLER);

    private static final long KEEP_ALIVE_SECONDS = 10;
    private static final long KEEP_ALIVE_TIMEOUT_SECONDS = 5;
    private static final long CLOSE_TIMEOUT_SECONDS = 1;

    private final ManagedChannel channel;
    private final Executor owner;
    private final Events events;
    private ClientCallStreamObserver<ConnectRequest> requests;
    private boolean ended;

    /** Called on the owner thread, and not after {@link #close()}. */
    interface Events {

        void message(ConnectResponse message);

        void ready();

        /** The stream has ended. The server may have named another one as the leader: nothing of that is checked yet. */
        void ended(Status why, Optional<String> leader);
    }

    private SessionStream(ManagedChannel channel, Executor owner, Events events) {
        this.channel = channel;
        this.owner = owner;
        this.events = events;
    }

    /** Begins to connect. To be called on the owner thread. */
    static SessionStream open(
            String server, ChannelCredentials credentials, Metadata headers, Executor owner, Events events) {
        ManagedChannel channel = NettyChannelBuilder.forTarget("dns:///" + server, credentials)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .disableRetry()
                // Callbacks on gRPC's threads only pass messages to the owner thread.
                .directExecutor()
                .build();
        SessionStream stream = new SessionStream(channel, owner, events);
        NodeSessionServiceGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .connect(stream.new Observer());
        return stream;
    }

    /** Returns true if a message would be sent at once, without waiting in memory. */
    boolean isReady() {
        return !ended && requests.isReady();
    }

    void send(ConnectRequest message) {
        if (!ended) {
            requests.onNext(message);
        }
    }

    /** Completes the stream, and waits a moment for the server to notice. */
    void close() {
        if (!ended) {
            ended = true;
            requests.onCompleted();
        }
        channel.shutdown();
        try {
            channel.awaitTermination(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        channel.shutdownNow();
    }

    /** Cancels the stream. */
    void abort(String why) {
        ended = true;
        requests.cancel(why, null);
        channel.shutdownNow();
    }

    private void end(Status why, Optional<String> leader) {
        if (!ended) {
            ended = true;
            channel.shutdownNow();
            events.ended(why, leader);
        }
    }

    private final class Observer implements ClientResponseObserver<ConnectRequest, ConnectResponse> {

        @Override
        public void beforeStart(ClientCallStreamObserver<ConnectRequest> call) {
            requests = call;
            call.disableAutoRequestWithInitial(1);
            call.setOnReadyHandler(() -> owner.execute(() -> {
                if (!ended) {
                    events.ready();
                }
            }));
        }

        @Override
        public void onNext(ConnectResponse message) {
            owner.execute(() -> {
                try {
                    if (!ended) {
                        events.message(message);
                    }
                } finally {
                    requests.request(1);
                }
            });
        }

        @Override
        public void onError(Throwable failure) {
            Optional<String> leader =
                    Optional.ofNullable(Status.trailersFromThrowable(failure)).map(trailers -> trailers.get(LEADER));
            owner.execute(() -> end(Status.fromThrowable(failure), leader));
        }

        @Override
        public void onCompleted() {
            owner.execute(() ->
                    end(Status.UNAVAILABLE.withDescription("The server has ended the session"), Optional.empty()));
        }
    }
}
