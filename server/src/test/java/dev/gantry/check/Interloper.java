package dev.gantry.check;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.AllocationUpdates;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.DispatchJobRequest;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.NodeSessionServiceGrpc;
import dev.gantry.v1.WatchJobResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.HandlerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands before a server and passes on all calls, but changes some of them, so that the server looks as if it had a fault.
 */
final class Interloper implements CheckedServer {

    /** What the server looks like. */
    enum Lie {
        /** A watch leaves out a change now and then. */
        LOST_WATCH_EVENT,
        /** Some reads return what the first read returned. */
        STALE_READ,
        /** Some dispatches make two children. */
        DOUBLE_DISPATCH,
        /** A port is free as soon as its allocation is told to stop. */
        PORT_FREED_EARLY
    }

    /** How many calls or messages there are for each that is changed. */
    private static final int RARITY = 4;

    private final CheckedServer server;
    private final Set<Lie> lies;
    private final Server front;
    private final Map<Lie, AtomicInteger> seen = new ConcurrentHashMap<>();
    private final Map<ByteString, byte[]> firstReads = new ConcurrentHashMap<>();
    private ManagedChannel channel;

    Interloper(CheckedServer server, Set<Lie> lies) {
        this.server = server;
        this.lies = Set.copyOf(lies);
        this.front = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .fallbackHandlerRegistry(new Everything())
                .build();
    }

    @Override
    public void start(String advertised) throws IOException, InterruptedException {
        server.start(advertised);
        channel =
                NettyChannelBuilder.forAddress(server.address()).usePlaintext().build();
        front.start();
    }

    @Override
    public void kill() throws IOException, InterruptedException {
        server.kill();
    }

    @Override
    public void pause() throws IOException, InterruptedException {
        server.pause();
    }

    @Override
    public void resume() throws IOException, InterruptedException {
        server.resume();
    }

    @Override
    public boolean isAlive() {
        return server.isAlive();
    }

    @Override
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), front.getPort());
    }

    @Override
    public void close() {
        front.shutdownNow();
        if (channel != null) {
            channel.shutdownNow();
        }
        server.close();
    }

    private boolean isTurn(Lie lie) {
        return seen.computeIfAbsent(lie, unseen -> new AtomicInteger()).incrementAndGet() % RARITY == 0;
    }

    /** Adds a call of its own to one of a caller. */
    private void toServer(String method, byte[] message) {
        if (lies.contains(Lie.DOUBLE_DISPATCH)
                && is(method, JobServiceGrpc.getDispatchJobMethod())
                && isTurn(Lie.DOUBLE_DISPATCH)) {
            DispatchJobRequest again = parse(DispatchJobRequest.parser(), message).toBuilder()
                    .clearRequestId()
                    .build();
            var unused = ClientCalls.futureUnaryCall(
                    channel.newCall(BYTES.toBuilder().setFullMethodName(method).build(), CallOptions.DEFAULT),
                    again.toByteArray());
        }
    }

    /** Returns the message that a caller gets in place of one of the server. */
    private byte[] fromServer(
            String method, byte[] message, Optional<byte[]> request, ClientCall<byte[], byte[]> call) {
        if (lies.contains(Lie.LOST_WATCH_EVENT) && is(method, JobServiceGrpc.getWatchJobMethod())) {
            WatchJobResponse told = parse(WatchJobResponse.parser(), message);
            return told.getAllocationsCount() > 0 && isTurn(Lie.LOST_WATCH_EVENT)
                    ? told.toBuilder().clearAllocations().build().toByteArray()
                    : message;
        }
        if (lies.contains(Lie.STALE_READ) && is(method, JobServiceGrpc.getGetJobMethod())) {
            ByteString job =
                    parse(GetJobRequest.parser(), request.orElseThrow()).getJobIdBytes();
            byte[] first = firstReads.computeIfAbsent(job, unread -> message);
            return isTurn(Lie.STALE_READ) ? first : message;
        }
        if (lies.contains(Lie.PORT_FREED_EARLY) && is(method, NodeSessionServiceGrpc.getConnectMethod())) {
            endEarly(parse(ConnectResponse.parser(), message), call);
        }
        return message;
    }

    private static void endEarly(ConnectResponse told, ClientCall<byte[], byte[]> call) {
        List<AllocationUpdate> ends = told.getDesiredState().getAllocationsList().stream()
                .filter(allocation -> allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_STOP)
                .map(allocation -> AllocationUpdate.newBuilder()
                        .setAllocationId(allocation.getId())
                        .setClientStatus(ClientStatus.CLIENT_STATUS_COMPLETE)
                        .build())
                .toList();
        if (!ends.isEmpty()) {
            synchronized (call) {
                call.sendMessage(ConnectRequest.newBuilder()
                        .setAllocationUpdates(AllocationUpdates.newBuilder().addAllUpdates(ends))
                        .build()
                        .toByteArray());
            }
        }
    }

    private static boolean is(String method, MethodDescriptor<?, ?> known) {
        return method.equals(known.getFullMethodName());
    }

    private static <M extends MessageLite> M parse(Parser<M> parser, byte[] message) {
        try {
            return parser.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final MethodDescriptor.Marshaller<byte[]> AS_BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    private static final MethodDescriptor<byte[], byte[]> BYTES = MethodDescriptor.newBuilder(AS_BYTES, AS_BYTES)
            .setType(MethodDescriptor.MethodType.UNKNOWN)
            .setFullMethodName("any/any")
            .build();

    /** Handles each method by a call of the same method of the server. */
    private final class Everything extends HandlerRegistry {

        @Override
        public ServerMethodDefinition<?, ?> lookupMethod(String name, String authority) {
            MethodDescriptor<byte[], byte[]> method =
                    BYTES.toBuilder().setFullMethodName(name).build();
            return ServerMethodDefinition.create(method, (caller, headers) -> {
                ClientCall<byte[], byte[]> call = channel.newCall(method, CallOptions.DEFAULT);
                Passage passage = new Passage(name, caller, call);
                call.start(passage.answers, headers);
                caller.request(1);
                call.request(1);
                return passage;
            });
        }
    }

    /** A call that is passed on. Each side asks for the next message once it has got one. */
    private final class Passage extends ServerCall.Listener<byte[]> {

        private final String method;
        private final ServerCall<byte[], byte[]> caller;
        private final ClientCall<byte[], byte[]> call;
        private volatile Optional<byte[]> request = Optional.empty();

        private final ClientCall.Listener<byte[]> answers = new ClientCall.Listener<>() {
            @Override
            public void onHeaders(Metadata answered) {
                caller.sendHeaders(answered);
            }

            @Override
            public void onMessage(byte[] message) {
                caller.sendMessage(fromServer(method, message, request, call));
                call.request(1);
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
                if (!caller.isCancelled()) {
                    caller.close(status, trailers);
                }
            }
        };

        Passage(String method, ServerCall<byte[], byte[]> caller, ClientCall<byte[], byte[]> call) {
            this.method = method;
            this.caller = caller;
            this.call = call;
        }

        @Override
        public void onMessage(byte[] message) {
            request = Optional.of(message);
            toServer(method, message);
            synchronized (call) {
                call.sendMessage(message);
            }
            caller.request(1);
        }

        @Override
        public void onHalfClose() {
            call.halfClose();
        }

        @Override
        public void onCancel() {
            call.cancel("The caller is gone", null);
        }
    }
}
