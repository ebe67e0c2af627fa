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
 * Knows which large messages were sent and are not read yet, and ends the calls of those that have not been read for too
 * long, once others need the memory that they keep. A client that reads slowly, or stands still, harms nobody as long as
 * there is room. Thread-safe.
 */
final class SlowReaders {

    private static final Context.Key<Context.CancellableContext> CALL = Context.key("dev.gantry.call");

    private final Duration limit;
    private final BooleanSupplier isRoomWanted;

    // Guarded by this.
    /** By their readers, the oldest first. */
    private final Map<Object, Sent> unread = new LinkedHashMap<>();

    private boolean looksAgain;

    /** A message, with the {@link System#nanoTime} at which it was sent and an action that ends its call. */
    private record Sent(long time, Runnable end) {}

    /**
     * Knows of no message.
     *
     * @param limit for how long a message may stay unread
     * @param isRoomWanted tells whether somebody waits for room; called without a lock of this object
     */
    SlowReaders(Duration limit, BooleanSupplier isRoomWanted) {
        this.limit = limit;
        this.isRoomWanted = isRoomWanted;
    }

    /** Lets the calls of a server be ended by {@link #endOfThisCall}. */
    static ServerStreamTracer.Factory tracers() {
        return new ServerStreamTracer.Factory() {
            @Override
            public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
                return new EndableCall();
            }
        };
    }

    /** gRPC lets nobody cancel the context that it makes for a call, but makes it of this one. */
    private static final class EndableCall extends ServerStreamTracer {

        @Override
        public Context filterContext(Context context) {
            Context.CancellableContext call = context.withCancellation();
            return call.withValue(CALL, call);
        }
    }

    /**
     * Returns what ends the call that the calling thread serves. It ends as at its deadline: gRPC throws away what the client
     * has not read, as it does not when a call is closed with a status, and the client sees its stream reset.
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
     * Notes that a message was sent.
     *
     * @param reader who has one message under way at most
     * @param end ends the call
     */
    synchronized void sent(Object reader, Runnable end) {
        unread.remove(reader);
        unread.put(reader, new Sent(System.nanoTime(), end));
    }

    /** Notes that a reader has read what it was sent, or has gone. */
    synchronized void read(Object reader) {
        unread.remove(reader);
    }

    /** Ends the calls whose messages have not been read for too long, and looks again when the next one is due. */
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
