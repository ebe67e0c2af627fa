package dev.gantry.store;

import dev.gantry.store.StoreHealth.Recovery;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jooq.DSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one writer of the database: takes what waits, runs it in one transaction, commits it, and hands it on to be forced to
 * disk and answered.
 *
 * <p>Its thread owns the cluster index. A write that fails leaves its neighbours in the group alone. Once {@link
 * StoreHealth} says that the store is broken, each write fails at once; if the database has only closed itself, the thread
 * opens it again.
 */
final class GroupCommitter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommitter.class);

    private static final int QUEUED_WRITES = 8192;
    private static final int GROUP_SIZE = 512;

    /** How long to wait before the database is opened again: at first, and twice as long each time, up to the last. */
    private static final long FIRST_PAUSE_MILLIS = 500;

    private static final long LONGEST_PAUSE_MILLIS = 8000;

    private final Database database;
    private final Batches batches;
    private final StoreReader reader;
    private final StoreHealth health;
    private final DurableAnswers answers;
    private final BlockingQueue<Pending<?>> queue = new ArrayBlockingQueue<>(QUEUED_WRITES);
    private final Thread thread = new Thread(this::run, "store-writer");
    private final AtomicBoolean suspected = new AtomicBoolean();
    private volatile boolean closed;
    private volatile boolean ended;

    // Owned by the thread.
    private final WriterMemory memory;
    private long index;
    private long pauseMillis = FIRST_PAUSE_MILLIS;

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
        this.health = database.health();
        this.memory = memory;
        this.answers = new DurableAnswers(sync, health);
        this.index = index;
    }

    void start() {
        answers.start();
        database.onSuspicion(this::suspect);
        thread.start();
    }

    void listen(Consumer<ChangeSet> listener) {
        answers.listen(listener);
    }

    <T> CompletableFuture<T> submit(Write<T> write) {
        Pending<T> pending = new Pending<>(write, future());
        if (closed) {
            pending.fail(closedStore());
        } else if (!health.isServing()) {
            pending.fail(health.failure().orElseGet(GroupCommitter::shortlyBroken));
        } else if (!queue.offer(pending)) {
            pending.fail(new StoreOverloadedException(QUEUED_WRITES));
        } else if (ended) {
            // The writer may have looked into the queue for the last time before the offer.
            pending.fail(
                    health.failure().<RuntimeException>map(failure -> failure).orElseGet(GroupCommitter::closedStore));
        }
        return pending.future();
    }

    /** A future that tells here of an Error in what is chained to it. */
    <T> CompletableFuture<T> future() {
        return new LoudFuture<>(this::chainedFailed);
    }

    /**
     * Decides on an Error in what is chained to a write. A StackOverflowError breaks nothing: it ends with the input
     * that caused it.
     */
    private void chainedFailed(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof StackOverflowError) {
            LOG.error("What waited for a write has overflowed its stack", cause);
        } else if (StoreHealth.isError(cause)) {
            health.fail(Recovery.RESTART, "what waited for a write failed with an error of the Java machine", cause);
        }
    }

    /** Commits and answers what waits, then ends. */
    @Override
    public void close() {
        closed = true;
        wake();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        answers.close();
    }

    /** A reader has found the database closed. Never waits. */
    private void suspect() {
        if (!suspected.getAndSet(true)) {
            wake();
        }
    }

    /** If the queue is full, the thread needs no waking. */
    private void wake() {
        queue.offer(new Pending<>(transaction -> null, future()));
    }

    private void run() {
        try {
            while (!closed || !queue.isEmpty()) {
                takeTurn();
            }
        } catch (Throwable e) {
            health.fail(Recovery.RESTART, "the thread that writes has died", e);
        } finally {
            ended = true;
            failQueued(health.failure().<StoreException>map(failure -> failure).orElseGet(GroupCommitter::closedStore));
        }
    }

    private void takeTurn() throws InterruptedException {
        List<Pending<?>> group = new ArrayList<>();
        Pending<?> first =
                health.is(Recovery.REOPENING) ? queue.poll(pauseMillis, TimeUnit.MILLISECONDS) : queue.take();
        if (first != null) {
            group.add(first);
            queue.drainTo(group, GROUP_SIZE - 1);
            commit(group);
        }
        if (suspected.getAndSet(false)) {
            examine(new StoreException("A question to the database failed"));
        }
        if (first == null && !closed) {
            reopen();
        }
    }

    private static StoreException closedStore() {
        return new StoreException("The store is closed");
    }

    private static StoreUnavailableException shortlyBroken() {
        return new StoreUnavailableException("The store was broken a moment ago; try again", null);
    }

    private void commit(List<Pending<?>> group) {
        var broken = health.failure();
        if (broken.isPresent()) {
            DurableAnswers.failAll(group, broken.get());
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
                    batches.saveIndex(dsl, before, index);
                }
            });
        } catch (Throwable e) {
            index = before;
            examine(e);
            StoreException failure = health.failure()
                    .<StoreException>map(known -> known)
                    .orElseGet(() -> new StoreException("The database refused to commit", e));
            DurableAnswers.failAll(group, failure);
            return;
        }
        group.forEach(Pending::committed);
        boolean isDoubtful = group.stream().anyMatch(Pending::isRefused);
        // Those that only read too: what they have read may not be on disk yet.
        answers.put(group);
        if (isDoubtful) {
            examine(new StoreException("The database refused a write"));
        }
    }

    /**
     * Decides whether a failure has broken the store. What was thrown does not tell: a database that has closed itself says so
     * in many ways. So it is asked for the cluster index.
     */
    private void examine(Throwable failure) {
        if (StoreHealth.isError(failure)) {
            health.fail(Recovery.RESTART, "a write failed with an error of the Java machine", failure);
            return;
        }
        try {
            if (compare(reader.lastIndex(), failure)) {
                // One of them may have ended, though the database has not.
                database.renewConnections();
            }
        } catch (RuntimeException e) {
            e.addSuppressed(failure);
            health.fail(
                    StoreHealth.isError(e) ? Recovery.RESTART : Recovery.REOPENING,
                    "the database has closed itself",
                    failure.getCause() == null ? e : failure);
            failQueued(health.failure().orElseThrow());
            // Nobody else shall open it again behind this thread's back.
            database.abandon();
            pauseMillis = FIRST_PAUSE_MILLIS;
        }
    }

    /** Compares the database's index with this writer's: a higher one is as wrong as a lower one. */
    private boolean compare(long found, Throwable failure) {
        if (found < index) {
            health.fail(
                    Recovery.OPERATOR,
                    "the database is at index %d, and index %d was committed".formatted(found, index),
                    failure);
        } else if (found > index) {
            health.fail(
                    Recovery.RESTART,
                    "the database is at index %d, and this process knows of %d only".formatted(found, index),
                    failure);
        }
        return found == index;
    }

    private void reopen() {
        // What was committed before is forced to disk through the old opening of the file.
        answers.settle();
        try {
            database.reopen();
            if (compare(reader.lastIndex(), new StoreException("The database was opened again"))) {
                // Not before it has taken a write: a full disk can be read.
                database.dsl().transaction(configuration -> batches.saveIndex(configuration.dsl(), index, index));
                database.sync();
                health.reopened();
            }
        } catch (RuntimeException e) {
            if (StoreHealth.isError(e)) {
                throw e;
            }
            LOG.debug("The database can't be used yet", e);
            database.abandon();
            pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
        }
    }

    private void failQueued(StoreException failure) {
        List<Pending<?>> waiting = new ArrayList<>();
        queue.drainTo(waiting);
        DurableAnswers.failAll(waiting, failure);
    }
}
