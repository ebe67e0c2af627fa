package dev.gantry.api;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * Tracks large messages that were sent and not read yet. It cancels calls whose messages were not read for too long,
 * once other calls need the memory. A slow client is left alone as long as there is enough memory. Thread-safe.
 */
final class SlowReaders {

    private static final Context.Key<Context.CancellableContext> CALL = Context.key("dev.gantry.call");

    private final Duration limit;
    private final BooleanSupplier isRoomWanted;

    // Guarded by this.
    /** The unread messages by their readers, oldest first. */
    private final Map<Object, Sent> unread = new LinkedHashMap<>();

    private boolean looksAgain;

    /** A message, with the {@link System#nanoTime} at which it was sent and an action that ends its call. */
    private record Sent(long time, Runnable end) {}

    /**
     * Makes a tracker without messages.
     *
     * @param limit how long a message may stay unread
     * @param isRoomWanted returns true if a call waits for memory; called without a lock of this object
     */
    SlowReaders(Duration limit, BooleanSupplier isRoomWanted) {
        this.limit = limit;
        this.isRoomWanted = isRoomWanted;
    }

    /** Returns the factory that makes the calls of a server cancelable by {@link #endOfThisCall}. */
    static ServerStreamTracer.Factory tracers() {
        return new ServerStreamTracer.Factory() {
            @Override
            public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
                return new EndableCall();
            }
        };
    }

    /** gRPC's own context of a call can't be canceled from outside, but it is a child of this one. */
    private static final class EndableCall extends ServerStreamTracer {

        @Override
        public Context filterContext(Context context) {
            Context.CancellableContext call = context.withCancellation();
            return call.withValue(CALL, call);
        }
    }

    /**
     * Returns an action that cancels the call that the calling thread serves, as its deadline would. gRPC then discards
     * unread messages, which it would not do if the call were closed with a status. The client sees a reset stream.
     */
    static Runnable endOfThisCall() {
        Context.CancellableContext call = CALL.get();
        return () -> {
            if (call != null) {
                call.cancel(new TimeoutException("The client does not read"));
            }
        };
    }

    /**
     * Notes that a message was sent. It may be one that has waited for memory while others still wait: their time has to
     * come too, if this one is not read.
     *
     * @param reader identifies the reader, which has at most one message under way
     * @param end ends the call
     */
    void sent(Object reader, Runnable end) {
        synchronized (this) {
            unread.remove(reader);
            unread.put(reader, new Sent(System.nanoTime(), end));
        }
        if (isRoomWanted.getAsBoolean()) {
            makeRoom();
        }
    }

    /** Notes that a reader has read its message, or has disconnected. */
    synchronized void read(Object reader) {
        unread.remove(reader);
    }

    /** Cancels the calls whose messages were not read for too long, and checks again when the next message is due. */
    void makeRoom() {
        // In another thread: the caller may hold locks.
        takeLate().forEach(ForkJoinPool.commonPool()::execute);
    }

    private synchronized List<Runnable> takeLate() {
        List<Runnable> late = new ArrayList<>();
        long now = System.nanoTime();
        Iterator<Sent> oldest = unread.values().iterator();
        while (oldest.hasNext()) {
            Sent sent = oldest.next();
            long left = limit.toNanos() - (now - sent.time());
            if (left > 0) {
                lookAgainIn(left);
                break;
            }
            oldest.remove();
            late.add(sent.end());
        }
        return late;
    }

    private void lookAgainIn(long nanos) {
        if (!looksAgain) {
            looksAgain = true;
            CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS).execute(this::lookAgain);
        }
    }

    private void lookAgain() {
        synchronized (this) {
            looksAgain = false;
        }
        if (isRoomWanted.getAsBoolean()) {
            makeRoom();
        }
    }
}
