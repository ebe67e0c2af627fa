package dev.gantry.cluster.scheduling;

import dev.gantry.cluster.OverloadedException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/** Requests for snapshots of the scheduling state, which wait for the thread that owns the state. */
final class SnapshotRequests {

    private static final int QUEUED = 64;

    /** A snapshot to take. */
    private record Request<T>(Function<SchedulingState, T> snapshot, CompletableFuture<T> answer) {

        void answer(SchedulingState state) {
            if (!answer.isDone()) {
                answer.complete(snapshot.apply(state));
            }
        }
    }

    private final BlockingQueue<Request<?>> requests = new ArrayBlockingQueue<>(QUEUED);

    /**
     * Adds a request. Never blocks.
     *
     * @param snapshot takes the snapshot, in the thread that owns the state
     * @return the snapshot; fails with {@link OverloadedException} if too many requests wait
     */
    <T> CompletableFuture<T> add(Function<SchedulingState, T> snapshot) {
        Request<T> request = new Request<>(snapshot, new CompletableFuture<>());
        return requests.offer(request)
                ? request.answer()
                : CompletableFuture.failedFuture(new OverloadedException("dry runs", QUEUED));
    }

    /** Answers all requests that wait, except those that their callers have completed. Called by the state's owner. */
    void answer(SchedulingState state) {
        for (Request<?> request = requests.poll(); request != null; request = requests.poll()) {
            request.answer(state);
        }
    }

    /**
     * Waits for a snapshot.
     *
     * @param snapshot the snapshot, which is not taken any more when the time is over
     * @param nanos how long to wait, in nanoseconds
     * @param timeout makes the exception to throw when the time is over
     * @throws OverloadedException if too many requests waited
     */
    static <T> T await(CompletableFuture<T> snapshot, long nanos, Supplier<? extends RuntimeException> timeout) {
        try {
            return snapshot.get(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            snapshot.cancel(false);
            throw timeout.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for a snapshot of the cluster", e);
        }
    }
}
