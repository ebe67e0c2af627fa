package dev.gantry.api;

import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Shares a number of bytes among the large messages of all watches, from when they are handed to gRPC until the client has
 * read them: however many watch a large job, and however slowly they read, they can't fill the memory. A watch whose client does not read a message for too long is ended once another one waits for its
 * room. Thread-safe.
 */
final class WatchMemoryLimit {

    /** A message of so many bytes needs no share: gRPC queues as many for each stream as a matter of course. */
    private static final int SMALL = 32 * 1024;

    private record Waiting(long bytes, CompletableFuture<Void> turn) {}

    private final long total;
    private final Duration patience;
    private final SlowReaders readers;

    // Guarded by this.
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private long taken;

    /**
     * Nothing is taken yet.
     *
     * @param total how many bytes all together may take; a message that is larger by itself is sent while there is no other
     * @param patience for how long a message may wait for its share
     * @param unread for how long a message may stay unread while others wait
     */
    WatchMemoryLimit(long total, Duration patience, Duration unread) {
        this.total = total;
        this.patience = patience;
        this.readers = new SlowReaders(unread, this::isWaitedFor);
    }

    /**
     * The share of one watch, which has one message under way at most.
     *
     * @param end ends the watch, if it does not read for too long
     */
    Share share(Runnable end) {
        return new Share(end);
    }

    /** How many bytes are taken. */
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
            // One that has given up meanwhile is passed over.
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
         * Takes what a message needs, in place of what was taken for one that was not sent.
         *
         * @param size the message's size in bytes
         * @param whenRoom is called once it is worthwhile to try again; must not wait
         * @return whether the message may be sent now
         * @throws StatusRuntimeException if there was no room for too long
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

        /** Gives back what was taken: the client has read the message. */
        synchronized void giveBack() {
            readers.read(this);
            grant.cancel(false);
            if (!grant.isCompletedExceptionally()) {
                WatchMemoryLimit.this.giveBack(bytes);
            }
            grant = CompletableFuture.completedFuture(null);
            bytes = 0;
        }

        /** Gives back what was taken, and takes nothing any more: the stream has ended. */
        synchronized void close() {
            closed = true;
            giveBack();
        }
    }
}
