package dev.gantry.api;

import dev.gantry.access.Authenticator;
import dev.gantry.access.Caller;
import dev.gantry.api.access.AuthenticationInterceptor;
import dev.gantry.api.access.CallContext;
import io.grpc.Attributes;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tracks the open calls. It refuses calls beyond the limits, and it ends streams: all when the server stops, with a
 * status that tells clients to try again, and those of a caller whose token is deleted or ends. Nodes' sessions are
 * counted separately, so that clients can't use up their number.
 */
final class OpenCalls implements ServerInterceptor {

    /** The number of open streams, on each connection that {@link Connections} has seen. */
    private static final Attributes.Key<AtomicInteger> STREAMS = Attributes.Key.create("dev.gantry.streams");

    private final int limit;
    private final int streamsPerConnection;
    private final String session;
    private final Authenticator authenticator;
    private final Set<OpenCall<?, ?>> calls = ConcurrentHashMap.newKeySet();
    private final Set<OpenCall<?, ?>> sessions = ConcurrentHashMap.newKeySet();
    private volatile boolean ending;

    /**
     * Makes a tracker without calls.
     *
     * @param limit how many calls of clients may be open at a time, streams included, and how many sessions of nodes
     * @param streamsPerConnection how many streams may be open at a time on one connection, if {@link #connections}
     *     sees it. It must be less than HTTP/2's limit: a client delays calls beyond that limit without an error
     * @param session the method of nodes' sessions
     * @param authenticator tells which callers are still known
     */
    OpenCalls(int limit, int streamsPerConnection, MethodDescriptor<?, ?> session, Authenticator authenticator) {
        this.limit = limit;
        this.streamsPerConnection = streamsPerConnection;
        this.session = session.getFullMethodName();
        this.authenticator = authenticator;
    }

    /** Returns the filter that sees new connections, so that their streams can be counted. */
    ServerTransportFilter connections() {
        return new Connections();
    }

    private static final class Connections extends ServerTransportFilter {

        @Override
        public Attributes transportReady(Attributes connection) {
            return connection.toBuilder().set(STREAMS, new AtomicInteger()).build();
        }
    }

    @Override
    public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Set<OpenCall<?, ?>> open =
                call.getMethodDescriptor().getFullMethodName().equals(session) ? sessions : calls;
        if (open.size() >= limit) {
            call.close(StatusMapping.tooManyCalls(limit), new Metadata());
            return new Listener<>() {};
        }
        AtomicInteger streams = streams(call);
        if (streams.incrementAndGet() > streamsPerConnection) {
            streams.decrementAndGet();
            call.close(StatusMapping.tooManyStreams(streamsPerConnection), new Metadata());
            return new Listener<>() {};
        }
        OpenCall<Q, A> known = new OpenCall<>(call, open, streams, Optional.ofNullable(CallContext.CALLER.get()));
        open.add(known);
        if (ending) {
            // endStreams() may have missed this call.
            known.end(StatusMapping.shutdown());
        }
        endIfUnknown(known);
        return start(known, headers, next);
    }

    /** Ends all streams, and each stream that begins later. Unary calls can still complete. */
    void endStreams() {
        ending = true;
        endStreams(StatusMapping.shutdown());
    }

    /** Ends all streams and sessions that are open now. Unary calls can still complete. */
    void endStreams(Status why) {
        calls.forEach(call -> call.end(why));
        sessions.forEach(call -> call.end(why));
    }

    /** Ends the streams of callers whose token was deleted or has ended. Never blocks. */
    void endUnknown() {
        calls.forEach(this::endIfUnknown);
    }

    private void endIfUnknown(OpenCall<?, ?> call) {
        if (call.caller.isPresent() && authenticator.present(call.caller.get()).isEmpty()) {
            call.end(StatusMapping.toStatus(AuthenticationInterceptor.unknownToken())
                    .getStatus());
        }
    }

    /** Returns the counter of the streams of a call's connection; a counter that nobody reads for a unary call. */
    private static AtomicInteger streams(ServerCall<?, ?> call) {
        AtomicInteger counted = call.getAttributes().get(STREAMS);
        boolean isStream = call.getMethodDescriptor().getType() != MethodType.UNARY;
        return isStream && counted != null ? counted : new AtomicInteger();
    }

    private <Q, A> Listener<Q> start(OpenCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        try {
            return new EndListener<>(next.startCall(call, headers), call);
        } catch (RuntimeException e) {
            call.forget();
            throw e;
        }
    }

    /** A call that any thread may end: gRPC's own calls are not thread-safe. */
    private static final class OpenCall<Q, A> extends SimpleForwardingServerCall<Q, A> {

        private final Set<OpenCall<?, ?>> open;
        private final AtomicInteger streams;
        private final Optional<Caller> caller;
        private boolean closed;

        OpenCall(ServerCall<Q, A> call, Set<OpenCall<?, ?>> open, AtomicInteger streams, Optional<Caller> caller) {
            super(call);
            this.open = open;
            this.streams = streams;
            this.caller = caller;
        }

        /** Removes a call that has ended. */
        void forget() {
            if (open.remove(this)) {
                streams.decrementAndGet();
            }
        }

        /** Ends a stream. A unary call can still complete. */
        void end(Status why) {
            if (getMethodDescriptor().getType() != MethodType.UNARY) {
                close(why, new Metadata());
            }
        }

        @Override
        public synchronized void sendHeaders(Metadata headers) {
            if (!closed) {
                super.sendHeaders(headers);
            }
        }

        @Override
        public synchronized void sendMessage(A message) {
            if (!closed) {
                super.sendMessage(message);
            }
        }

        @Override
        public synchronized void close(Status status, Metadata trailers) {
            if (!closed) {
                closed = true;
                super.close(status, trailers);
            }
        }
    }

    /** Sees the end of a call. */
    private static final class EndListener<Q> extends SimpleForwardingServerCallListener<Q> {

        private final OpenCall<Q, ?> call;

        EndListener(Listener<Q> listener, OpenCall<Q, ?> call) {
            super(listener);
            this.call = call;
        }

        @Override
        public void onComplete() {
            call.forget();
            super.onComplete();
        }

        @Override
        public void onCancel() {
            call.forget();
            super.onCancel();
        }
    }
}
