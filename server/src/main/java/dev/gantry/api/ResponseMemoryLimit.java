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
 * Shares a number of bytes among all large answers that are under way, from when they are begun to be read until the client
 * has them: so many clients that read slowly, or ask much at once, can't fill the memory. A call that finds no share waits
 * for one, in no thread; those that wait for too long, or are too many, are refused with RESOURCE_EXHAUSTED. A call whose client
 * does not read its answer for too long is ended once another one waits.
 */
final class ResponseMemoryLimit implements ServerInterceptor {

    /** Bytes set aside for an answer before its size is known: a page, and the object that ends the page. */
    static final long RESERVE = 2L * PageReader.LARGEST_PAGE;

    private static final int MOST_WAITING = 1024;

    /** Those that answer with much though they are no lists. */
    private static final Set<String> LARGE = Set.of("GetJob", "PlanJob", "GetService");

    private final long total;
    private final Duration patience;
    private final Executor callThreads;
    private final SlowReaders readers;

    // Guarded by this.
    private final Queue<CompletableFuture<Void>> waiting = new ArrayDeque<>();
    private long taken;

    /**
     * Nothing is taken yet.
     *
     * @param total how many bytes all together may take, at least what is set aside for one answer
     * @param patience for how long a call may wait for a share
     * @param unread for how long an answer may stay unread while others wait
     * @param callThreads where calls go on that have waited
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

    /** How many bytes are taken. */
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

    /** Completed once there is a share; failed if there is none in time, or too many wait. */
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
            // One that has given up meanwhile is passed over.
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

        /** Keeps what the answer takes. */
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

    /** Lets the service see that the request is whole only once there is a share for the answer. */
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
