package dev.gantry.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forces committed writes to disk, and only then calls listeners and answers callers. Runs in a thread of its own: the
 * writer works on the next group while the disk is busy, and one force can serve several groups.
 */
final class DiskSync implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DiskSync.class);

    /** How many committed groups may wait for the disk before the writer blocks. */
    private static final int WAITING_GROUPS = 1;

    /**
     * Writes that were committed together.
     *
     * @param writes the writes in the order of their indexes
     * @param isLast true if no group follows
     * @param answered completed once these writes and all earlier ones are answered
     */
    private record Group(List<PendingWrite<?>> writes, boolean isLast, CompletableFuture<Void> answered) {}

    private final Runnable sync;
    private final StoreHealth health;
    private final BlockingQueue<Group> committed = new ArrayBlockingQueue<>(WAITING_GROUPS);
    private final ChangeListeners listeners;
    private final Thread thread = new Thread(this::run, "store-sync");

    /** True once a force to disk has failed: no later group may be acknowledged. Owned by the thread. */
    private boolean isBehind;

    /**
     * Prepares the thread; {@link #start} starts it.
     *
     * @param sync forces everything committed to disk, or throws
     * @param health learns of failures of the disk
     * @param listeners are called for each write once it is on disk
     */
    DiskSync(Runnable sync, StoreHealth health, ChangeListeners listeners) {
        this.sync = sync;
        this.health = health;
        this.listeners = listeners;
    }

    /** Starts the thread. */
    void start() {
        thread.start();
    }

    /** Takes committed writes. Blocks if too many groups wait for the disk. */
    void put(List<PendingWrite<?>> writes) {
        put(new Group(List.copyOf(writes), false, new CompletableFuture<>()));
    }

    /** Waits until all writes that were taken are answered. */
    void settle() {
        Group marker = new Group(List.of(), false, new CompletableFuture<>());
        put(marker);
        marker.answered().join();
    }

    /** Answers the remaining writes and ends the thread. */
    @Override
    public void close() {
        put(new Group(List.of(), true, new CompletableFuture<>()));
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void put(Group group) {
        try {
            committed.put(group);
        } catch (InterruptedException e) {
            throw new IllegalStateException("The store's writer is never interrupted", e);
        }
    }

    private void run() {
        List<Group> groups = new ArrayList<>();
        do {
            groups.clear();
            try {
                groups.add(committed.take());
            } catch (InterruptedException e) {
                // Continue: each caller must get an answer.
                health.fail(StoreHealth.Recovery.RESTART, "the thread that answers writes was interrupted", e);
                continue;
            }
            committed.drainTo(groups);
            answerOrFail(groups.stream()
                    .<PendingWrite<?>>flatMap(group -> group.writes().stream())
                    .toList());
            groups.forEach(group -> group.answered().complete(null));
        } while (groups.isEmpty() || !groups.get(groups.size() - 1).isLast());
    }

    /** Answers each write, whatever is thrown. */
    private void answerOrFail(List<PendingWrite<?>> writes) {
        try {
            answer(writes);
        } catch (RuntimeException | Error e) {
            isBehind = true;
            health.fail(StoreHealth.Recovery.RESTART, "answering writes failed", e);
            failAll(writes, health.failure().orElseThrow());
        }
    }

    private void answer(List<PendingWrite<?>> writes) {
        if (!isBehind && writes.stream().anyMatch(write -> write.changes() != null)) {
            sync();
        }
        if (isBehind) {
            failAll(writes, health.failure().orElseThrow());
            return;
        }
        // Call the listeners first: a caller that got its answer may rely on watchers having got the change.
        for (PendingWrite<?> write : writes) {
            if (write.changes() != null) {
                listeners.tell(write.changes());
            }
        }
        writes.forEach(PendingWrite::answer);
    }

    /**
     * Forces the commits to disk. After a failure, only the disk knows whether the commits will be there after the next
     * start. They cannot be undone, and no caller may rely on them. So no more writes are acknowledged. Nothing is
     * written except the group that the writer is already writing.
     */
    private void sync() {
        try {
            sync.run();
        } catch (Throwable e) {
            isBehind = true;
            if (StoreHealth.isError(e)) {
                health.fail(StoreHealth.Recovery.RESTART, "forcing a commit to the disk failed", e);
            } else {
                health.fail(StoreHealth.Recovery.OPERATOR, "the disk failed to store committed writes", e);
            }
        }
    }

    /** Fails all writes, even if a callback of one of them throws. */
    static void failAll(List<PendingWrite<?>> writes, RuntimeException failure) {
        for (PendingWrite<?> write : writes) {
            try {
                write.fail(failure);
            } catch (RuntimeException | Error e) {
                LOG.error("A callback of a failed write has failed too", e);
            }
        }
    }
}
