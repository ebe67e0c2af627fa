package dev.gantry.cluster.gc;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Collects garbage on request, in the thread of the regular collections. Requests that come while a requested collection
 * waits or runs share its result, so that callers can't queue many. Thread-safe.
 */
public final class GarbageRequests {

    private final GarbageCollector collector;
    private final Executor thread;
    private CompletableFuture<Collected> pending = CompletableFuture.completedFuture(null);

    /**
     * Prepares for requests.
     *
     * @param collector deletes
     * @param thread the one thread that uses the collector
     */
    public GarbageRequests(GarbageCollector collector, Executor thread) {
        this.collector = collector;
        this.thread = thread;
    }

    /**
     * Deletes what may be deleted, whatever its age.
     *
     * @return what was deleted
     */
    public synchronized CompletableFuture<Collected> collect() {
        if (pending.isDone()) {
            pending = CompletableFuture.supplyAsync(collector::collectAll, thread);
        }
        return pending.copy();
    }
}
