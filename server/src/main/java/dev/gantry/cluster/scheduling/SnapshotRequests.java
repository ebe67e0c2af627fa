package dev.gantry.cluster.scheduling;

import dev.gantry.cluster.OverloadedException;
import dev.gantry.scheduler.state.PlanDeadline;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;

/** Requests for snapshots of the scheduling state, which wait for the thread that owns the state. */
final class SnapshotRequests {

    private static final int QUEUED = 64;

    private record Request(String jobId, PlanDeadline deadline, CompletableFuture<JobSnapshot> answer) {}

    private final BlockingQueue<Request> requests = new ArrayBlockingQueue<>(QUEUED);

    /**
     * Adds a request. Never blocks.
     *
     * @return the snapshot; fails with {@link OverloadedException} if too many requests wait
     */
    CompletableFuture<JobSnapshot> add(String jobId, PlanDeadline deadline) {
        Request request = new Request(jobId, deadline, new CompletableFuture<>());
        return requests.offer(request)
                ? request.answer()
                : CompletableFuture.failedFuture(new OverloadedException("dry runs", QUEUED));
    }

    /** Answers all requests that wait, except those that their callers have completed. Called by the state's owner. */
    void answer(SchedulingState state) {
        for (Request request = requests.poll(); request != null; request = requests.poll()) {
            if (!request.answer().isDone()) {
                request.answer().complete(state.snapshot(request.jobId(), request.deadline()));
            }
        }
    }
}
