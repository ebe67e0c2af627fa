package dev.gantry.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jooq.DSLContext;

/**
 * The one writer of the database: takes what waits, runs it in one transaction, commits it, and hands it on to be forced to
 * disk and answered.
 *
 * <p>Its thread owns the cluster index. A write that fails leaves its neighbours in the group alone.
 */
final class GroupCommitter implements AutoCloseable {

    private static final int QUEUED_WRITES = 8192;
    private static final int GROUP_SIZE = 512;

    private final Database database;
    private final Batches batches;
    private final StoreReader reader;
    private final DurableAnswers answers;
    private final BlockingQueue<Pending<?>> queue = new ArrayBlockingQueue<>(QUEUED_WRITES);
    private final Thread thread = new Thread(this::run, "store-writer");
    private volatile boolean closed;
    private volatile boolean ended;

    // Owned by the thread.
    private final WriterMemory memory;
    private long index;

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
        this.answers = new DurableAnswers(sync);
        this.index = index;
    }

    void start() {
        answers.start();
        thread.start();
    }

    void listen(Consumer<ChangeSet> listener) {
        answers.listen(listener);
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
        return pending.future();
    }

    /** Commits and answers what waits, then ends. */
    @Override
    public void close() {
        closed = true;
        queue.offer(new Pending<>(transaction -> null));
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        answers.close();
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
        StoreException broken = answers.broken();
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
        group.forEach(Pending::committed);
        // Those that only read too: what they have read may not be on disk yet.
        answers.put(group);
    }
}
