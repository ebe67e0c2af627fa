package dev.gantry.node.state;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what the node must remember on a thread of its own, so that a slow disk does not hold up the owner thread: of
 * each allocation only the newest word waits, and all that wait are forced to disk together.
 *
 * <p>May be used by any thread.
 */
public final class StateWriter {

    private static final Logger LOG = LoggerFactory.getLogger(StateWriter.class);

    private final AllocationStore store;
    private final ClusterMembership cluster;
    private final Executor thread;
    /** At most one for each allocation. Guarded by this. */
    private Map<String, Waiting> waiting = new LinkedHashMap<>();

    /**
     * What to do to one file.
     *
     * @param content the allocation; empty to forget it
     * @param done completed once that, or something newer, is on the disk
     */
    private record Waiting(Optional<StoredAllocation> content, CompletableFuture<Void> done) {}

    /**
     * Writes nothing yet.
     *
     * @param store where allocations are remembered; used by the thread only
     * @param cluster what is remembered of the cluster; is on the disk before any allocation that it has led to
     * @param thread one thread
     */
    public StateWriter(AllocationStore store, ClusterMembership cluster, Executor thread) {
        this.store = store;
        this.cluster = cluster;
        this.thread = thread;
    }

    /**
     * Remembers an allocation, in place of what was remembered of it.
     *
     * @param allocation the allocation
     * @return completed once it is on the disk, on a thread that must not be held up; failed with a {@link
     *     NodeStateException} if the disk refuses
     */
    public CompletableFuture<Void> put(StoredAllocation allocation) {
        return enqueue(allocation.id(), Optional.of(allocation));
    }

    /**
     * Forgets an allocation.
     *
     * @param allocationId which one
     * @return as for {@link #put}
     */
    public CompletableFuture<Void> remove(String allocationId) {
        return enqueue(allocationId, Optional.empty());
    }

    /**
     * Remembers what is known of the cluster now. A session that has told nothing new does not wait for a slow disk.
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
            Waiting older = waiting.get(id);
            // Who waits for something older is content with what is newer.
            done = older == null ? new CompletableFuture<>() : older.done();
            waiting.put(id, new Waiting(content, done));
        }
        return done;
    }

    private void writeAll() {
        Map<String, Waiting> batch;
        synchronized (this) {
            batch = waiting;
            waiting = new LinkedHashMap<>();
        }
        try {
            // First: a server that has forgotten an allocation must not be obeyed by the process that finds it.
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
            LOG.debug("What was written may not be on the disk", e);
            written.values().forEach(done -> done.completeExceptionally(e));
        }
    }
}
