package dev.gantry.api;

import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Bounds the memory of the large messages of all watches together, so that slow clients that watch large jobs can't
 * fill it. A message counts from the moment it is handed to gRPC until the client has read it. A watch whose client
 * does not read a message for too long is canceled once another watch waits for memory. Thread-safe.
 */
final class WatchMemoryLimit {

    /** A message of at most this many bytes is not counted: gRPC's own queue of each stream is as large. */
    private static final int SMALL = 32 * 1024;

    private record Waiting(long bytes, CompletableFuture<Void> turn) {}

    private final long total;
    private final Duration patience;
    private final SlowReaders readers;

    // Guarded by this.
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private long taken;

    /**
     * Makes a limit of which nothing is used.
     *
     * @param total the bytes that all messages together may use; a larger message is sent while there is no other
     * @param patience how long a message may wait for memory
     * @param unread how long a message may stay unread while others wait
     */
    WatchMemoryLimit(long total, Duration patience, Duration unread) {
        this.total = total;
        this.patience = patience;
        this.readers = new SlowReaders(unread, this::isWaitedFor);
    }

    /**
     * Makes the share of one watch, which has at most one message under way.
     *
     * @param end cancels the watch if its client does not read for too long
     */
    Share share(Runnable end) {
        return new Share(end);
    }

    /** Returns the number of bytes in use. */
    synchronized long taken() {
        return taken;
    }

    private synchronized boolean isWaitedFor() {
        return !waiting.isEmpty();
    }

    private synchronized CompletableFuture<Void> take(long bytes) {
        Waiting last = new Waiting(bytes, new CompletableFuture<>());
        waiting.add(last);
        grant();
        return last.turn().isDone() ? last.turn() : last.turn().orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized void giveBack(long bytes) {
        taken -= bytes;
        grant();
    }

    private void grant() {
        while (!waiting.isEmpty()) {
            Waiting first = waiting.element();
            boolean fits = taken == 0 || taken + first.bytes() <= total;
            if (!fits && !first.turn().isDone()) {
                return;
            }
            waiting.remove();
            // A call that has given up meanwhile can't be completed: the next one gets its turn.
            if (first.turn().complete(null)) {
                taken += first.bytes();
            }
        }
    }

    /** The bytes that one watch has taken. */
    final class Share {

        private CompletableFuture<Void> grant = CompletableFuture.completedFuture(null);
        private final Runnable end;
        private long bytes;
        private boolean closed;

        private Share(Runnable end) {
            this.end = end;
        }

        /**
         * Takes the memory for a message, in place of the memory of an earlier message that was not sent.
         *
         * @param size the message's size in bytes
         * @param whenRoom called once it is worth trying again; must not block
         * @return true if the message may be sent now
         * @throws StatusRuntimeException if there was no memory for too long
         */
        synchronized boolean take(int size, Runnable whenRoom) {
            if (grant.isCompletedExceptionally()) {
                throw StatusMapping.tooMuchUnread(patience).asRuntimeException();
            }
            if (size <= SMALL || closed) {
                return true;
            }
            if (bytes >= size) {
                return isGranted();
            }
            giveBack();
            bytes = size;
            grant = WatchMemoryLimit.this.take(size);
            if (isGranted()) {
                return true;
            }
            readers.makeRoom();
            var unused = grant.whenComplete((granted, failure) -> whenRoom.run());
            return false;
        }

        private boolean isGranted() {
            if (grant.isDone()) {
                readers.sent(this, end);
            }
            return grant.isDone();
        }

        /** Releases the memory: the client has read the message. */
        synchronized void giveBack() {
            readers.read(this);
            grant.cancel(false);
            if (!grant.isCompletedExceptionally()) {
                WatchMemoryLimit.this.giveBack(bytes);
            }
            grant = CompletableFuture.completedFuture(null);
            bytes = 0;
        }

        /** Releases the memory, and takes none any more: the stream has ended. */
        synchronized void close() {
            closed = true;
            giveBack();
        }
    }
}
