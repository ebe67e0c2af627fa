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
 * Bounds the memory of all requests together, each from its first byte until its response. gRPC bounds each request and
 * keeps its parts in memory until it is complete. Without a bound on the sum, a few hundred requests exhaust Netty's
 * memory, and Netty then closes connections.
 *
 * <p>A request beyond the limit is refused with RESOURCE_EXHAUSTED, and its client may repeat it. It can't wait: its
 * bytes would fill the flow control window of its connection, which the other requests need to complete. A request that
 * is incomplete for too long is refused as well, once another request needs its memory. The last quarter is reserved
 * for small requests. Nodes' sessions have a budget of their own, so that clients can't use it up. A message of a call that is
 * passed on to another server, whose method has no known type, counts until the call asks for the next one: it waits in memory
 * until the other server takes it. Thread-safe.
 *
 * <p>The class is a factory of tracers, which see the bytes, and an interceptor, which sees the response.
 */
final class RequestMemoryLimit extends ServerStreamTracer.Factory implements ServerInterceptor {

    /**
     * Each part of an incomplete request counts as at least this many bytes. A part keeps the whole buffer that it was
     * read into, up to 64 KiB. HTTP/2's parts have 16 KiB unless a client makes them smaller.
     */
    static final int PART = 16 * 1024;

    /** A request of at most this many bytes may use the last quarter of the budget. */
    static final int SMALL = 4 * PART;

    private static final Context.Key<Request> REQUEST = Context.key("dev.gantry.request");

    private final Budget clients;
    private final Budget nodes;
    private final String session;

    /**
     * Makes a limit of which nothing is used.
     *
     * @param total the bytes that the requests of clients may use together, and again the messages of nodes. A larger
     *     request is accepted while there is no other
     * @param patience how long a request may take to arrive while others need its memory
     * @param session the method of nodes' sessions
     * @param nanoTime a monotonic clock, as {@link System#nanoTime}
     */
    RequestMemoryLimit(long total, Duration patience, MethodDescriptor<?, ?> session, LongSupplier nanoTime) {
        this.clients = new Budget(total, patience, nanoTime);
        this.nodes = new Budget(total, patience, nanoTime);
        this.session = session.getFullMethodName();
    }

    /** Returns the number of bytes that requests of clients use. */
    long taken() {
        return clients.taken();
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
        return new Request(fullMethodName.equals(session) ? nodes : clients);
    }

    /**
     * Connects a call with the tracer of its bytes. It must run before any message is requested.
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
        /** The incomplete requests that hold memory, oldest first. */
        private final Set<Request> partial = new LinkedHashSet<>();

        Budget(long total, Duration patience, LongSupplier nanoTime) {
            this.total = total;
            this.patience = patience;
            this.nanoTime = nanoTime;
        }

        synchronized long taken() {
            return taken;
        }

        /** Returns true if a request that holds {@code held} bytes may hold {@code bytes} instead. */
        private boolean canHold(long bytes, long held) {
            long others = taken - held;
            return others == 0 || others + bytes <= (bytes <= SMALL ? total : total - total / 4);
        }

        /**
         * Refuses the oldest request if it has taken too long to arrive. It keeps its memory until its call has ended.
         */
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

    /** The bytes of one call. gRPC reports them on the event loop. */
    private static final class Request extends ServerStreamTracer {

        private final Budget budget;

        /** Set before the first byte is reported. */
        private volatile ServerCall<?, ?> call;

        // Guarded by the budget.
        private long since;
        private long held;
        /** Bytes of complete messages. */
        private long whole;
        /** The bytes that the parts of an incomplete message count as. */
        private long parts;
        /** Bytes of all messages after decompression. */
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

        /** Marks the request as complete. Returns false if it was refused before: then it must not be processed. */
        boolean complete() {
            synchronized (budget) {
                budget.partial.remove(this);
                return !refused;
            }
        }

        /** Releases the memory of the request. Bytes that arrive later are counted again. */
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

        /** Takes memory for the bytes that have arrived. Returns the request that must be refused for it, if any. */
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

    /** Releases the memory as soon as there is a response, however slowly the client reads it. */
    private static final class Answered<Q, A> extends SimpleForwardingServerCall<Q, A> {

        private final Request request;

        Answered(ServerCall<Q, A> call, Request request) {
            super(call);
            this.request = request;
        }

        @Override
        public void request(int messages) {
            if (getMethodDescriptor().getType() == MethodType.UNKNOWN) {
                request.giveBack();
            }
            super.request(messages);
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
            if (!type.clientSendsOneMessage() && type != MethodType.UNKNOWN) {
                request.giveBack();
            }
            super.onMessage(message);
        }

        @Override
        public void onHalfClose() {
            if (request.complete()) {
                super.onHalfClose();
                if (!type.serverSendsOneMessage() && type != MethodType.UNKNOWN) {
                    // A streaming response continues, but its request is not needed any more.
                    request.giveBack();
                }
            }
        }
    }
}
