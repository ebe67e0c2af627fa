package dev.gantry.api;

import io.grpc.Context;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Shares a number of bytes among all requests, from their first byte on until they are answered. gRPC bounds each request and
 * keeps its parts in memory until it is whole; without a bound on their sum, a few hundred requests exhaust the memory of
 * Netty, which then closes connections.
 *
 * <p>A request that finds no room is refused with RESOURCE_EXHAUSTED, and its client may repeat it. It can't wait: its bytes
 * would fill the window of its connection, through which the other requests must come to be whole. A request that is not
 * whole after the patience is refused as well, once another one needs its room. The last quarter of the room is for small
 * requests only. Nodes' sessions have a room of their own, so that clients can't take it. Thread-safe.
 *
 * <p>It is both the factory of tracers, which see the bytes, and an interceptor, which sees the answer.
 */
final class RequestMemoryLimit extends ServerStreamTracer.Factory implements ServerInterceptor {

    /**
     * Each part of a request that is not whole counts as so many bytes at least. A part keeps the buffer that it was read
     * into, 64 KiB at most, whatever else is in the buffer; HTTP/2's parts are 16 KiB unless a client makes them smaller.
     */
    static final int PART = 16 * 1024;

    /** A request of so many bytes may take the last quarter of the room. */
    static final int SMALL = 4 * PART;

    private static final Context.Key<Request> REQUEST = Context.key("dev.gantry.request");

    private final Budget clients;
    private final Budget nodes;
    private final String session;

    /**
     * Nothing is taken yet.
     *
     * @param total how many bytes the requests of clients may take all together, and again those of nodes. One that is
     *     larger is taken while there is no other
     * @param patience how long a request may take to come, if others need its room
     * @param session the method of nodes' sessions
     * @param nanoTime a clock that never jumps, as {@link System#nanoTime}
     */
    RequestMemoryLimit(long total, Duration patience, MethodDescriptor<?, ?> session, LongSupplier nanoTime) {
        this.clients = new Budget(total, patience, nanoTime);
        this.nodes = new Budget(total, patience, nanoTime);
        this.session = session.getFullMethodName();
    }

    /** How many bytes the requests of clients have taken. */
    long taken() {
        return clients.taken();
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
        return new Request(fullMethodName.equals(session) ? nodes : clients);
    }

    /**
     * Connects a call with the tracer of its bytes. It must see the call before any message is asked for.
     *
     * @param call may be closed by any thread
     */
    @Override
    public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Request request = REQUEST.get();
        request.call = call;
        return new Watched<>(next.startCall(new Answered<>(call, request), headers), call, request);
    }

    /** Counts the bytes that the requests of one kind of caller hold. */
    private static final class Budget {

        private final long total;
        private final Duration patience;
        private final LongSupplier nanoTime;

        // Guarded by this.
        private long taken;
        /** Those that hold something and are not whole, the oldest first. */
        private final Set<Request> partial = new LinkedHashSet<>();

        Budget(long total, Duration patience, LongSupplier nanoTime) {
            this.total = total;
            this.patience = patience;
            this.nanoTime = nanoTime;
        }

        synchronized long taken() {
            return taken;
        }

        /** Returns true if a request may hold a number of bytes instead of those that it holds. */
        private boolean canHold(long bytes, long held) {
            long others = taken - held;
            return others == 0 || others + bytes <= (bytes <= SMALL ? total : total - total / 4);
        }

        /** Refuses the oldest request, if it has taken too long to come. It keeps its room until its call has ended. */
        private Optional<Request> refuseLate() {
            Iterator<Request> oldest = partial.iterator();
            if (oldest.hasNext()) {
                Request request = oldest.next();
                if (nanoTime.getAsLong() - request.since >= patience.toNanos()) {
                    oldest.remove();
                    request.refused = true;
                    return Optional.of(request);
                }
            }
            return Optional.empty();
        }
    }

    /** The bytes of one call. gRPC tells of them on the event loop. */
    private static final class Request extends ServerStreamTracer {

        private final Budget budget;

        /** Set before the first byte is told of. */
        private volatile ServerCall<?, ?> call;

        // Guarded by the budget.
        private long since;
        private long held;
        /** Bytes of messages that are whole. */
        private long whole;
        /** The bytes that the parts of an incomplete message count as. */
        private long parts;
        /** Bytes of all messages after they were uncompressed. */
        private long uncompressed;

        private boolean refused;

        Request(Budget budget) {
            this.budget = budget;
        }

        @Override
        public Context filterContext(Context context) {
            return context.withValue(REQUEST, this);
        }

        @Override
        public void inboundWireSize(long bytes) {
            Optional<Request> refused;
            synchronized (budget) {
                parts += Math.max(bytes, PART);
                refused = hold();
            }
            refused.ifPresent(this::refuse);
        }

        @Override
        public void inboundUncompressedSize(long bytes) {
            Optional<Request> refused;
            synchronized (budget) {
                uncompressed += bytes;
                refused = hold();
            }
            refused.ifPresent(this::refuse);
        }

        @Override
        public void inboundMessageRead(int number, long wireSize, long uncompressedSize) {
            synchronized (budget) {
                parts = 0;
                whole += wireSize;
                take(Math.max(whole, uncompressed));
            }
        }

        @Override
        public void streamClosed(Status status) {
            giveBack();
        }

        /** Notes that the request is whole. Returns false if it was refused before: then nobody may act on it. */
        boolean complete() {
            synchronized (budget) {
                budget.partial.remove(this);
                return !refused;
            }
        }

        /** Gives back what is held. What comes later is counted anew. */
        void giveBack() {
            synchronized (budget) {
                release();
            }
        }

        private void release() {
            budget.partial.remove(this);
            take(0);
            whole = 0;
            parts = 0;
            uncompressed = 0;
        }

        /** Holds what has come by now. Returns the request that has to be refused for it. */
        private Optional<Request> hold() {
            long bytes = Math.max(whole + parts, uncompressed);
            if (refused || bytes <= held) {
                return Optional.empty();
            }
            if (!budget.canHold(bytes, held)) {
                refused = true;
                budget.partial.remove(this);
                return Optional.of(budget.refuseLate().orElse(this));
            }
            if (held == 0) {
                since = budget.nanoTime.getAsLong();
                budget.partial.add(this);
            }
            take(bytes);
            return Optional.empty();
        }

        private void take(long bytes) {
            budget.taken += bytes - held;
            held = bytes;
        }

        private void refuse(Request late) {
            if (late != this) {
                close(late, StatusMapping.tooSlow(budget.patience));
            }
            close(this, StatusMapping.tooMuchReceived());
        }

        private static void close(Request request, StatusRuntimeException why) {
            request.call.close(why.getStatus(), why.getTrailers());
        }
    }

    /** Gives the room back as soon as there is an answer: the client may take its time to read it. */
    private static final class Answered<Q, A> extends SimpleForwardingServerCall<Q, A> {

        private final Request request;

        Answered(ServerCall<Q, A> call, Request request) {
            super(call);
            this.request = request;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            request.giveBack();
            super.close(status, trailers);
        }
    }

    private static final class Watched<Q> extends SimpleForwardingServerCallListener<Q> {

        private final MethodType type;
        private final Request request;

        Watched(Listener<Q> listener, ServerCall<Q, ?> call, Request request) {
            super(listener);
            this.type = call.getMethodDescriptor().getType();
            this.request = request;
        }

        @Override
        public void onMessage(Q message) {
            if (!type.clientSendsOneMessage()) {
                request.giveBack();
            }
            super.onMessage(message);
        }

        @Override
        public void onHalfClose() {
            if (request.complete()) {
                super.onHalfClose();
                if (!type.serverSendsOneMessage()) {
                    // A watch goes on, and does not need its request any more.
                    request.giveBack();
                }
            }
        }
    }
}
