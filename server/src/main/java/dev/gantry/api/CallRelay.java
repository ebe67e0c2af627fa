package dev.gantry.api;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Passes one call on to another server, message by message, without a look into them. Each side is asked for its next message
 * once the other side can take it, so that a call holds one message in each direction. The deadline of the call and its
 * end, if that comes before the answer, are passed on as well.
 *
 * <p>The two halves are called by different threads; the parts of their state that both use are guarded by this object.
 */
final class CallRelay extends ServerCall.Listener<byte[]> {

    private final ServerCall<byte[], byte[]> from;
    private final ClientCall<byte[], byte[]> to;
    private final ManagedChannel channel;
    private final UnreadAnswers unread;
    private final Runnable ended;
    private final Runnable end = SlowReaders.endOfThisCall();

    // Guarded by this.
    private boolean isRequestDue;
    private boolean isResponseDue;

    private CallRelay(
            ServerCall<byte[], byte[]> from,
            ClientCall<byte[], byte[]> to,
            ManagedChannel channel,
            UnreadAnswers unread,
            Runnable ended) {
        this.from = from;
        this.to = to;
        this.channel = channel;
        this.unread = unread;
        this.ended = ended;
    }

    /** Returns a method whose messages are bytes. */
    static MethodDescriptor<byte[], byte[]> method(String fullName) {
        return MethodDescriptor.newBuilder(Bytes.MARSHALLER, Bytes.MARSHALLER)
                .setFullMethodName(fullName)
                .setType(MethodType.UNKNOWN)
                .build();
    }

    /**
     * Begins to pass a call on.
     *
     * @param from the call, which other threads may close
     * @param headers the headers for the other server
     * @param channel the way to the other server
     * @param unread bounds the memory of large answers
     * @param ended called once, when the other server has answered or can't be reached
     * @return the listener of the call
     */
    static CallRelay start(
            ServerCall<byte[], byte[]> from,
            Metadata headers,
            ManagedChannel channel,
            UnreadAnswers unread,
            Runnable ended) {
        CallOptions options = CallOptions.DEFAULT.withDeadline(Context.current().getDeadline());
        // It ends with the context of the call at the latest, also if this server refuses the call by itself.
        ClientCall<byte[], byte[]> to = channel.newCall(from.getMethodDescriptor(), options);
        CallRelay relay = new CallRelay(from, to, channel, unread, ended);
        to.start(relay.new Answers(), headers);
        to.request(1);
        from.request(1);
        return relay;
    }

    @Override
    public void onMessage(byte[] message) {
        to.sendMessage(message);
        synchronized (this) {
            if (to.isReady()) {
                from.request(1);
            } else {
                isRequestDue = true;
            }
        }
    }

    @Override
    public void onHalfClose() {
        to.halfClose();
    }

    @Override
    public void onCancel() {
        to.cancel("The caller has canceled the call", null);
        unread.read(this);
    }

    @Override
    public void onComplete() {
        unread.read(this);
    }

    @Override
    public void onReady() {
        unread.read(this);
        synchronized (this) {
            if (isResponseDue) {
                isResponseDue = false;
                to.request(1);
            }
        }
    }

    /** The half that the other server answers. */
    private final class Answers extends ClientCall.Listener<byte[]> {

        @Override
        public void onHeaders(Metadata headers) {
            from.sendHeaders(headers);
        }

        @Override
        public void onMessage(byte[] message) {
            if (!unread.send(CallRelay.this, message.length, end)) {
                from.close(StatusMapping.tooMuchPassedOn(), new Metadata());
                return;
            }
            from.sendMessage(message);
            if (from.isReady()) {
                unread.read(CallRelay.this);
            }
            synchronized (CallRelay.this) {
                if (from.isReady()) {
                    to.request(1);
                } else {
                    isResponseDue = true;
                }
            }
        }

        @Override
        public void onReady() {
            synchronized (CallRelay.this) {
                if (isRequestDue) {
                    isRequestDue = false;
                    from.request(1);
                }
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            ended.run();
            // Only a failure of this side has a cause: a status that was received has none. gRPC reports some ends of a
            // connection as UNKNOWN.
            boolean isLost = (status.getCause() != null || channel.isShutdown())
                    && (status.getCode() == Status.Code.UNAVAILABLE || status.getCode() == Status.Code.UNKNOWN);
            from.close(isLost ? StatusMapping.leaderLost() : status, trailers);
        }
    }

    /** Messages as they are. */
    private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
        MARSHALLER;

        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException("A message could not be read", e);
            }
        }
    }
}
