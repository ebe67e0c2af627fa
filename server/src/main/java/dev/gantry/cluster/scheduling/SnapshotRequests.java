package dev.gantry.cluster.scheduling;

import dev.gantry.cluster.OverloadedException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

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
}
