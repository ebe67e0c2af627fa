package dev.gantry.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
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
     */
    private record Group(List<Pending<?>> writes, boolean isLast) {}

    private final Runnable sync;
    private final BlockingQueue<Group> committed = new ArrayBlockingQueue<>(WAITING_GROUPS);
    private final List<Consumer<ChangeSet>> listeners = new CopyOnWriteArrayList<>();
    private final Thread thread = new Thread(this::run, "store-sync");
    private volatile StoreException broken;

    /**
     * Begins without anything to answer; it does not run yet.
     *
     * @param sync forces what was committed to the disk, or throws
     */
    DurableAnswers(Runnable sync) {
        this.sync = sync;
    }

    void start() {
        thread.start();
    }

    void listen(Consumer<ChangeSet> listener) {
        listeners.add(listener);
    }

    /** Takes writes that were committed; waits if the disk is too far behind. */
    void put(List<Pending<?>> writes) {
        put(new Group(List.copyOf(writes), false));
    }

    /** Why nothing may be written any more; null if all is well. */
    StoreException broken() {
        return broken;
    }

    /** Answers what is left, then ends. */
    @Override
    public void close() {
        put(new Group(List.of(), true));
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
                throw new IllegalStateException("Nobody interrupts the store's answers", e);
            }
            committed.drainTo(groups);
            answer(groups.stream()
                    .<Pending<?>>flatMap(group -> group.writes().stream())
                    .toList());
        } while (!groups.get(groups.size() - 1).isLast());
    }

    private void answer(List<Pending<?>> writes) {
        if (broken == null && writes.stream().anyMatch(write -> write.changes() != null)) {
            sync();
        }
        if (broken != null) {
            writes.forEach(write -> write.fail(broken));
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
        } catch (RuntimeException e) {
            broken = new StoreException(
                    "The disk refused what was committed, so nothing more is written; mend the disk and start the server"
                            + " again",
                    e);
            LOG.error("The store has stopped writing", broken);
        }
    }

    /** A listener that breaks its promise not to throw must not stop the writing. */
    private static void tell(Consumer<ChangeSet> listener, ChangeSet changes) {
        try {
            listener.accept(changes);
        } catch (RuntimeException e) {
            LOG.error("A listener failed; it has missed change {}", changes.index(), e);
        }
    }
}
