package dev.gantry.node.state;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the state of the node on a thread of its own, so that a slow disk does not block the owner thread. Only the
 * newest state of each allocation waits, and all waiting states are forced to disk together.
 *
 * <p>May be used by any thread.
 */
public final class StateWriter {

    private static final Logger LOG = LoggerFactory.getLogger(StateWriter.class);

    private final AllocationStore store;
    private final ClusterMembership cluster;
    private final Executor thread;
    /** At most one change for each allocation. Guarded by the monitor of this object. */
    private Map<String, PendingChange> waiting = new LinkedHashMap<>();

    /**
     * A waiting change of one file.
     *
     * @param content the allocation; empty to remove it
     * @param done completed once this state, or a newer one, is on disk
     */
    private record PendingChange(Optional<StoredAllocation> content, CompletableFuture<Void> done) {}

    /**
     * Creates a writer.
     *
     * @param store stores allocations; used by the thread only
     * @param cluster the node's cluster; always written before the allocations that a server of it has assigned
     * @param thread an executor with one thread
     */
    public StateWriter(AllocationStore store, ClusterMembership cluster, Executor thread) {
        this.store = store;
        this.cluster = cluster;
        this.thread = thread;
    }

    /**
     * Stores an allocation, and replaces its older state.
     *
     * @param allocation the allocation
     * @return completed once the allocation is on disk, on a thread that must not be blocked; fails with a {@link
     *     NodeStateException} if the disk does
     */
    public CompletableFuture<Void> put(StoredAllocation allocation) {
        return enqueue(allocation.id(), Optional.of(allocation));
    }

    /**
     * Removes an allocation.
     *
     * @param allocationId the id of the allocation
     * @return as for {@link #put}
     */
    public CompletableFuture<Void> remove(String allocationId) {
        return enqueue(allocationId, Optional.empty());
    }

    /**
     * Writes the node's cluster if it has changed. If not, the session need not wait for a slow disk.
     *
     * @return as for {@link #put}
     */
    public CompletableFuture<Void> saveCluster() {
        return cluster.isSaved()
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.runAsync(cluster::save, thread);
    }

    private CompletableFuture<Void> enqueue(String id, Optional<StoredAllocation> content) {
        CompletableFuture<Void> done;
        synchronized (this) {
            if (waiting.isEmpty()) {
                thread.execute(this::writeAll);
            }
            PendingChange older = waiting.get(id);
            // The callers of the older change wait for the newer one.
            done = older == null ? new CompletableFuture<>() : older.done();
            waiting.put(id, new PendingChange(content, done));
        }
        return done;
    }

    private void writeAll() {
        Map<String, PendingChange> batch;
        synchronized (this) {
            batch = waiting;
            waiting = new LinkedHashMap<>();
        }
        try {
            // Write the cluster first, so that a later process that finds the allocation refuses a server that has
            // forgotten the allocation.
            cluster.save();
        } catch (RuntimeException e) {
            batch.values().forEach(change -> change.done().completeExceptionally(e));
            return;
        }
        Map<String, CompletableFuture<Void>> written = new LinkedHashMap<>();
        batch.forEach((id, change) -> {
            try {
                change.content().ifPresentOrElse(store::write, () -> store.erase(id));
                written.put(id, change.done());
            } catch (RuntimeException e) {
                change.done().completeExceptionally(e);
            }
        });
        try {
            store.sync();
            written.values().forEach(done -> done.complete(null));
        } catch (RuntimeException e) {
            LOG.debug("The state may not be on disk", e);
            written.values().forEach(done -> done.completeExceptionally(e));
        }
    }
}
