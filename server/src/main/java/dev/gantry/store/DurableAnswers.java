package dev.gantry.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forces to disk what the writer has committed, and only then tells listeners and answers. It has a thread of its own, so
 * that the writer is at the next group while the disk is at this one, and answers to several groups may wait for the disk
 * once.
 */
final class DurableAnswers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DurableAnswers.class);

    /** Further ahead of the disk the writer does not get. */
    private static final int WAITING_GROUPS = 1;

    /**
     * Writes that were committed together.
     *
     * @param writes in the order of their indexes
     * @param isLast nothing comes after it
     * @param answered completed once they and all before them are answered
     */
    private record Group(List<Pending<?>> writes, boolean isLast, CompletableFuture<Void> answered) {}

    private final Runnable sync;
    private final StoreHealth health;
    private final BlockingQueue<Group> committed = new ArrayBlockingQueue<>(WAITING_GROUPS);
    private final List<Consumer<ChangeSet>> listeners = new CopyOnWriteArrayList<>();
    private final Thread thread = new Thread(this::run, "store-sync");

    /** True once a group was not forced to disk: no later group may be acknowledged. Owned by the thread. */
    private boolean isBehind;

    /**
     * Begins without anything to answer; it does not run yet.
     *
     * @param sync forces what was committed to the disk, or throws
     * @param health where to say that the disk failed
     */
    DurableAnswers(Runnable sync, StoreHealth health) {
        this.sync = sync;
        this.health = health;
    }

    void start() {
        thread.start();
    }

    void listen(Consumer<ChangeSet> listener) {
        listeners.add(listener);
    }

    /** Takes writes that were committed; waits if the disk is too far behind. */
    void put(List<Pending<?>> writes) {
        put(new Group(List.copyOf(writes), false, new CompletableFuture<>()));
    }

    /** Waits until all that was put is answered. */
    void settle() {
        Group marker = new Group(List.of(), false, new CompletableFuture<>());
        put(marker);
        marker.answered().join();
    }

    /** Answers what is left, then ends. */
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
            throw new IllegalStateException("Nobody interrupts the store's writer", e);
        }
    }

    private void run() {
        List<Group> groups = new ArrayList<>();
        do {
            groups.clear();
            try {
                groups.add(committed.take());
            } catch (InterruptedException e) {
                // It goes on: whoever waits for an answer must get one.
                health.fail(StoreHealth.Recovery.RESTART, "the thread that answers writes was interrupted", e);
                continue;
            }
            committed.drainTo(groups);
            answerOrFail(groups.stream()
                    .<Pending<?>>flatMap(group -> group.writes().stream())
                    .toList());
            groups.forEach(group -> group.answered().complete(null));
        } while (groups.isEmpty() || !groups.get(groups.size() - 1).isLast());
    }

    /** Whatever happens, each of them is answered. */
    private void answerOrFail(List<Pending<?>> writes) {
        try {
            answer(writes);
        } catch (RuntimeException | Error e) {
            isBehind = true;
            health.fail(StoreHealth.Recovery.RESTART, "answering writes failed", e);
            failAll(writes, health.failure().orElseThrow());
        }
    }

    private void answer(List<Pending<?>> writes) {
        if (!isBehind && writes.stream().anyMatch(write -> write.changes() != null)) {
            sync();
        }
        if (isBehind) {
            failAll(writes, health.failure().orElseThrow());
            return;
        }
        // Listeners first: who was answered may then rely on the watchers having been told.
        for (Pending<?> write : writes) {
            if (write.changes() != null) {
                listeners.forEach(listener -> tell(listener, write.changes()));
            }
        }
        writes.forEach(Pending::answer);
    }

    /**
     * What was committed and could not be forced to disk can't be taken back, nor may it be relied on: whether it is
     * there after the next start, the disk alone knows. So nothing is written after it but what the writer was at already,
     * and that is not acknowledged.
     */
    private void sync() {
        try {
            sync.run();
        } catch (Throwable e) {
            isBehind = true;
            if (StoreHealth.isError(e)) {
                health.fail(StoreHealth.Recovery.RESTART, "forcing a commit to the disk failed", e);
            } else {
                health.fail(StoreHealth.Recovery.OPERATOR, "the disk did not keep what was committed", e);
            }
        }
    }

    /** A listener that breaks its promise not to throw must not stop the writing; one that throws an Error has to. */
    private void tell(Consumer<ChangeSet> listener, ChangeSet changes) {
        try {
            listener.accept(changes);
        } catch (RuntimeException e) {
            LOG.error("A listener failed; it has missed change {}", changes.index(), e);
        } catch (Error e) {
            health.fail(StoreHealth.Recovery.RESTART, "a listener has missed change %d".formatted(changes.index()), e);
        }
    }

    /** Fails all of them, also if what is chained to one of them throws. */
    static void failAll(List<Pending<?>> writes, RuntimeException failure) {
        for (Pending<?> write : writes) {
            try {
                write.fail(failure);
            } catch (RuntimeException | Error e) {
                LOG.error("What waited for a failed write failed itself", e);
            }
        }
    }
}
