package dev.gantry.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one writer of the database: takes what waits, runs it in one transaction, forces it to disk once, and only then
 * answers.
 *
 * <p>Its thread owns the cluster index. A write that fails leaves its neighbours in the group alone.
 */
final class GroupCommitter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommitter.class);

    private static final int QUEUED_WRITES = 8192;
    private static final int GROUP_SIZE = 512;

    private final Database database;
    private final Batches batches;
    private final StoreReader reader;
    private final Runnable sync;
    private final BlockingQueue<Pending<?>> queue = new ArrayBlockingQueue<>(QUEUED_WRITES);
    private final List<Consumer<ChangeSet>> listeners = new CopyOnWriteArrayList<>();
    private final Thread thread = new Thread(this::run, "store-writer");
    private volatile boolean closed;
    private volatile boolean ended;

    // Owned by the thread.
    private final WriterMemory memory;
    private long index;
    private StoreException broken;

    /**
     * Makes the writer; it does not run yet.
     *
     * @param database where to write
     * @param reader where to read what was committed
     * @param memory of what was committed; is kept current
     * @param sync forces what was committed to the disk, or throws
     * @param index the cluster index of the last write
     */
    GroupCommitter(Database database, StoreReader reader, WriterMemory memory, Runnable sync, long index) {
        this.database = database;
        this.batches = new Batches(database.dsl());
        this.reader = reader;
        this.memory = memory;
        this.sync = sync;
        this.index = index;
    }

    void start() {
        thread.start();
    }

    void listen(Consumer<ChangeSet> listener) {
        listeners.add(listener);
    }

    <T> CompletableFuture<T> submit(Write<T> write) {
        Pending<T> pending = new Pending<>(write);
        if (closed) {
            pending.fail(closedStore());
        } else if (!queue.offer(pending)) {
            pending.fail(new StoreOverloadedException(QUEUED_WRITES));
        } else if (ended) {
            // The writer may have looked into the queue for the last time before the offer.
            pending.fail(closedStore());
        }
        return pending.future;
    }

    /** Commits what waits, then ends. */
    @Override
    public void close() {
        closed = true;
        queue.offer(new Pending<>(transaction -> null));
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        List<Pending<?>> group = new ArrayList<>();
        while (!closed || !queue.isEmpty()) {
            try {
                group.add(queue.take());
            } catch (InterruptedException e) {
                throw new IllegalStateException("Nobody interrupts the store's writer", e);
            }
            queue.drainTo(group, GROUP_SIZE - 1);
            commit(group);
            group.clear();
        }
        ended = true;
        queue.drainTo(group);
        group.forEach(pending -> pending.fail(closedStore()));
    }

    private static StoreException closedStore() {
        return new StoreException("The store is closed");
    }

    private void commit(List<Pending<?>> group) {
        if (broken != null) {
            group.forEach(pending -> pending.fail(broken));
            return;
        }
        long before = index;
        try {
            database.dsl().transaction(configuration -> {
                DSLContext dsl = configuration.dsl();
                WriteGroup writes = new WriteGroup(dsl, batches, reader.within(dsl), memory);
                group.forEach(pending -> index = pending.run(writes, index));
                writes.end();
                if (index > before) {
                    batches.saveIndex(dsl, index);
                }
            });
        } catch (RuntimeException e) {
            index = before;
            StoreException failure = new StoreException("The database refused to commit", e);
            group.forEach(pending -> pending.fail(failure));
            return;
        }
        if (index > before && !sync()) {
            group.forEach(pending -> pending.fail(broken));
            return;
        }
        // Listeners first: who was answered may then rely on the watchers having been told.
        group.forEach(this::publish);
        group.forEach(Pending::answer);
    }

    /**
     * What was committed and could not be forced to disk can't be taken back, nor may it be relied on: whether it is
     * there after the next start, the disk alone knows. So nothing is written after it.
     */
    private boolean sync() {
        try {
            sync.run();
            return true;
        } catch (RuntimeException e) {
            broken = new StoreException(
                    "The disk refused what was committed, so nothing more is written; mend the disk and start the server"
                            + " again",
                    e);
            LOG.error("The store has stopped writing", broken);
            return false;
        }
    }

    private void publish(Pending<?> pending) {
        if (pending.failure == null) {
            pending.transaction.committed();
        }
        if (pending.changes != null) {
            listeners.forEach(listener -> tell(listener, pending.changes));
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

    /** A write on its way, touched by the writer thread only but for its future. */
    private static final class Pending<T> {

        private final Write<T> write;
        private final CompletableFuture<T> future = new CompletableFuture<>();
        private T result;
        private WriteTransaction transaction;
        private ChangeSet changes;
        private RuntimeException failure;

        Pending(Write<T> write) {
            this.write = write;
        }

        /** Runs the write and returns the cluster index after it. */
        long run(WriteGroup group, long index) {
            transaction = group.begin(index + 1);
            try {
                result = write.apply(transaction);
                transaction.end();
            } catch (DataAccessException e) {
                transaction.abort();
                failure = new StoreException("The database refused a write", e);
            } catch (RuntimeException e) {
                transaction.abort();
                failure = e;
            }
            if (failure != null || transaction.isReadOnly()) {
                return index;
            }
            changes = transaction.changes();
            return index + 1;
        }

        void answer() {
            if (failure == null) {
                future.complete(result);
            } else {
                future.completeExceptionally(failure);
            }
        }

        void fail(RuntimeException e) {
            future.completeExceptionally(failure == null ? e : failure);
        }
    }
}
