package dev.gantry.api;

import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Bounds the memory of all large responses together, so that clients that read slowly can't fill it. A response counts
 * from the moment the server begins to read it from the store until the client has received it. A call waits, without a
 * thread, until there is memory for its response. Calls that wait too long, and calls beyond the limit of waiting
 * calls, are refused with RESOURCE_EXHAUSTED. A call whose client does not read its response for too long is canceled
 * once another call waits.
 */
final class ResponseMemoryLimit implements ServerInterceptor {

    /** Bytes set aside for an answer before its size is known: a page, and the object that ends the page. */
    static final long RESERVE = 2L * PageReader.LARGEST_PAGE;

    private static final int MOST_WAITING = 1024;

    /** Methods that are not lists and can return large responses. */
    private static final Set<String> LARGE = Set.of("GetJob", "PlanJob", "GetService");

    private final long total;
    private final Duration patience;
    private final Executor callThreads;
    private final SlowReaders readers;

    // Guarded by this.
    private final Queue<CompletableFuture<Void>> waiting = new ArrayDeque<>();
    private long taken;

    /**
     * Makes a limit of which nothing is used.
     *
     * @param total the bytes that all responses together may use; raised to {@link #RESERVE} if it is less
     * @param patience how long a call may wait for memory
     * @param unread how long a response may stay unread while other calls wait
     * @param callThreads run calls that have waited
     */
    ResponseMemoryLimit(long total, Duration patience, Duration unread, Executor callThreads) {
        this.total = Math.max(total, RESERVE);
        this.patience = patience;
        this.callThreads = callThreads;
        this.readers = new SlowReaders(unread, this::isWaitedFor);
    }

    @Override
    public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (!isLarge(call.getMethodDescriptor())) {
            return next.startCall(call, headers);
        }
        Share share = new Share();
        return new Waiting<>(next.startCall(new Measured<>(call, share), headers), call, share);
    }

    /** Returns the number of bytes in use. */
    synchronized long taken() {
        return taken;
    }

    private synchronized boolean isWaitedFor() {
        return !waiting.isEmpty();
    }

    private static boolean isLarge(MethodDescriptor<?, ?> method) {
        return method.getType() == MethodType.UNARY
                && (LARGE.contains(method.getBareMethodName())
                        || (method.getRequestMarshaller() instanceof PrototypeMarshaller<?> marshaller
                                && marshaller.getMessagePrototype() instanceof Message request
                                && request.getDescriptorForType().findFieldByName("page_token") != null));
    }

    /**
     * Returns a future that is completed once {@link #RESERVE} bytes are reserved, and fails if that takes too long or
     * if too many calls wait.
     */
    private synchronized CompletableFuture<Void> reserve() {
        if (waiting.isEmpty() && taken + RESERVE <= total) {
            taken += RESERVE;
            return CompletableFuture.completedFuture(null);
        }
        if (waiting.size() >= MOST_WAITING) {
            return CompletableFuture.failedFuture(new IllegalStateException("Too many wait"));
        }
        CompletableFuture<Void> turn = new CompletableFuture<>();
        waiting.add(turn);
        return turn.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized void change(long bytes) {
        taken += bytes;
        while (taken + RESERVE <= total && !waiting.isEmpty()) {
            // A call that has given up meanwhile can't be completed: the next one gets its turn.
            if (waiting.remove().complete(null)) {
                taken += RESERVE;
            }
        }
    }

    /** The bytes that one call has taken. */
    private final class Share {

        private final Runnable end = SlowReaders.endOfThisCall();
        private long held;

        synchronized void begin() {
            held = RESERVE;
        }

        /** Replaces the reservation by the size of the response. */
        synchronized void keep(long size) {
            change(size - held);
            held = size;
            readers.sent(this, end);
        }

        synchronized void giveBack() {
            readers.read(this);
            change(-held);
            held = 0;
        }
    }

    private static final class Measured<Q, A> extends SimpleForwardingServerCall<Q, A> {

        private final Share share;

        Measured(ServerCall<Q, A> call, Share share) {
            super(call);
            this.share = share;
        }

        @Override
        public void sendMessage(A message) {
            if (message instanceof Message answer) {
                share.keep(answer.getSerializedSize());
            }
            super.sendMessage(message);
        }
    }

    /**
     * Delays the end of the request, at which the service begins to work, until memory for the response is reserved.
     */
    private final class Waiting<Q> extends SimpleForwardingServerCallListener<Q> {

        private final ServerCall<Q, ?> call;
        private final Share share;
        private CompletableFuture<Void> turn = new CompletableFuture<>();
        private boolean ended;

        Waiting(Listener<Q> listener, ServerCall<Q, ?> call, Share share) {
            super(listener);
            this.call = call;
            this.share = share;
        }

        @Override
        public void onHalfClose() {
            turn = reserve();
            if (turn.isDone() && !turn.isCompletedExceptionally()) {
                begin();
                return;
            }
            readers.makeRoom();
            Context context = Context.current();
            var unused = turn.whenCompleteAsync(
                    (granted, failure) -> context.run(() -> {
                        if (failure == null) {
                            begin();
                        } else {
                            refuse();
                        }
                    }),
                    callThreads);
        }

        private synchronized void begin() {
            share.begin();
            if (ended) {
                share.giveBack();
            } else {
                super.onHalfClose();
            }
        }

        private synchronized void refuse() {
            if (!ended) {
                call.close(StatusMapping.tooMuchAsked(patience), new Metadata());
            }
        }

        @Override
        public synchronized void onCancel() {
            end();
            super.onCancel();
        }

        @Override
        public synchronized void onComplete() {
            end();
            super.onComplete();
        }

        private void end() {
            ended = true;
            turn.cancel(false);
            share.giveBack();
        }
    }
}
