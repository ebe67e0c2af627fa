package dev.gantry.app;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.NodeSessionServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Opens sessions as a node that says any bytes. An input whose first byte is {@link #AFTER_REGISTER} is said by a node
 * that has registered. Then come messages, each with its length before it, in two bytes. A length that is too large stands
 * for all that is left.
 */
public final class NodeSessionFuzz {

    /** The first byte of an input for a node that has registered. */
    static final byte AFTER_REGISTER = 1;

    /** A length for the last message: the fuzzer need not change it when it changes the message. */
    static final short ALL_THAT_IS_LEFT = -1;

    private static final int MOST_MESSAGES = 16;
    private static final FuzzedServer SERVER = FuzzedServer.OF_PROCESS;
    private static final byte[] REGISTER = ConnectRequest.newBuilder()
            .setRegister(FakeNode.in("dc1", "fuzzed").register())
            .build()
            .toByteArray();

    private NodeSessionFuzz() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        ByteBuffer left = ByteBuffer.wrap(input);
        Deque<byte[]> messages = new ArrayDeque<>();
        if (left.hasRemaining() && left.get() == AFTER_REGISTER) {
            messages.add(REGISTER);
        }
        while (left.remaining() >= Short.BYTES && messages.size() < MOST_MESSAGES) {
            byte[] message = new byte[Math.min(Short.toUnsignedInt(left.getShort()), left.remaining())];
            left.get(message);
            messages.add(message);
        }
        SERVER.require("A session", hold(messages));
    }

    /** Holds a session, and returns how it ends. As the server asks of nodes, all but the first message wait for Registered. */
    private static Status hold(Deque<byte[]> messages) {
        Answers answers = new Answers();
        StreamObserver<byte[]> node = ClientCalls.asyncBidiStreamingCall(
                SERVER.channel()
                        .newCall(
                                RawCalls.bytes(NodeSessionServiceGrpc.getConnectMethod()),
                                CallOptions.DEFAULT.withDeadlineAfter(RawCalls.PATIENCE_SECONDS, TimeUnit.SECONDS)),
                answers);
        if (!messages.isEmpty()) {
            node.onNext(messages.remove());
            answers.registeredOrEnded.join();
            messages.forEach(node::onNext);
        }
        node.onCompleted();
        return answers.end.join();
    }

    /** Collects the server's answers. The deadline of the call ends the session if the server does not end it. */
    private static final class Answers implements StreamObserver<byte[]> {

        private final CompletableFuture<Void> registeredOrEnded = new CompletableFuture<>();
        private final CompletableFuture<Status> end = new CompletableFuture<>();

        @Override
        public void onNext(byte[] message) {
            try {
                if (ConnectResponse.parseFrom(message).hasRegistered()) {
                    registeredOrEnded.complete(null);
                }
            } catch (InvalidProtocolBufferException e) {
                onError(e);
            }
        }

        @Override
        public void onError(Throwable failure) {
            end.complete(Status.fromThrowable(failure));
            registeredOrEnded.complete(null);
        }

        @Override
        public void onCompleted() {
            end.complete(Status.OK);
            registeredOrEnded.complete(null);
        }
    }
}
