package dev.gantry.store;

import dev.gantry.store.StoreHealth.Recovery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only writer of the database. Its thread owns the cluster index.
 *
 * <p><b>The way of a write.</b>
 *
 * <ol>
 *   <li>{@link #submit} puts a {@link PendingWrite} into a bounded queue.
 *   <li>The thread of this class takes all writes that wait, begins one database transaction for them, the {@link
 *       WriteGroup}, and runs one write after the other. Each gets a {@link WriteTransaction}, which collects its rows
 *       in a {@link RowBuffer} and its changes in a {@link ChangeSet}.
 *   <li>The group sends the rows of all its writes as {@link Batches}. The transaction stores the new cluster index and
 *       is committed. The thread passes each change set to those that may know of it before it is on disk.
 *   <li>The thread of {@link DiskSync} forces the database's file to disk, passes each change set to the other listeners, and
 *       completes the futures of the callers.
 * </ol>
 *
 * <p><b>Why groups.</b> No caller may be answered before its write is on disk, and a disk takes far longer to force a
 * file than the database takes to run a write. If each write were forced alone, the disk would limit how many writes
 * the server can do. So the writes that arrive during a commit wait for the next one together, and the writer prepares
 * the next group while the disk is busy with the last. The more writes wait, the larger the groups become.
 *
 * <p><b>When something fails.</b>
 *
 * <ul>
 *   <li>The queue is full, or half full for writes of clients: the write fails at once with {@link
 *       StoreOverloadedException}. Nothing was done.
 *   <li>A write throws: only this write fails. Its rows are dropped, or undone up to a savepoint if they were sent.
 *   <li>The database refuses the rows of the group or its commit: all writes of the group fail, and the cluster index
 *       is as before. The database is then asked for its index, since it may have closed itself.
 *   <li>The database refuses the transaction because of another one, and would not do so again: the writes are run again,
 *       a few times.
 *   <li>The database has closed itself, or can't be reached: {@link StoreHealth} says so, all waiting and new writes fail
 *       at once, and this thread tries to open the database again, after pauses that double.
 *   <li>The connection is lost during a commit: only the database knows whether it took place. The writes of the group
 *       wait until the database can be asked, and are then answered or failed ({@link WriterLease#settled}). After a
 *       minute they fail; if they turn out to be committed later, the process ends, since its memory lacks them.
 *   <li>Another server has taken the {@link WriterLease}: the database refuses the writes, and the store ends ({@link
 *       Recovery#OTHER_LEADER}).
 *   <li>The disk fails to force a commit: the state on disk is unknown, so no later write is acknowledged. An operator
 *       has to check the disk and start the server again.
 *   <li>An {@link Error} anywhere on the way: the store stops serving until the server is started again.
 * </ul>
 */
final class GroupCommitter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommitter.class);

    // The most writes that may wait.
    private static final int QUEUED_WRITES = 8192;
    // A client's write is refused if as many wait. The rest of the queue is for the server's own writes.
    private static final int QUEUED_FOR_CLIENTS = QUEUED_WRITES / 2;
    // The most writes in one transaction.
    private static final int GROUP_SIZE = 512;

    /** The first pause before the database is opened again; each failure doubles the pause, up to the longest. */
    private static final long FIRST_PAUSE_MILLIS = 500;

    private static final long LONGEST_PAUSE_MILLIS = 8000;

    /** How often a group is tried. */
    private static final int ATTEMPTS = 5;

    /** How long writes wait at most for the database to tell whether they were committed. */
    private static final Duration LONGEST_DOUBT = Duration.ofMinutes(1);

    /**
     * A group whose commit was not answered.
     *
     * @param writes the writes
     * @param after the cluster index after the writes, if they are committed
     * @param since when the commit failed, by {@link System#nanoTime}
     */
    private record Unanswered(List<PendingWrite<?>> writes, long after, long since) {}

    private final Database database;
    private final WriterLease lease;
    private final Batches batches;
    private final StoreReader reader;
    private final StoreHealth health;
    private final ChangeListeners committed;
    private final ChangeListeners stored;
    private final DiskSync disk;
    private final BlockingQueue<PendingWrite<?>> queue = new ArrayBlockingQueue<>(QUEUED_WRITES);
    private final Thread thread = new Thread(this::run, "store-writer");
    private final AtomicBoolean suspected = new AtomicBoolean();
    private volatile boolean closed;
    private volatile boolean ended;

    // Owned by the thread.
    private final WriterMemory memory;
    private long index;
    private long pauseMillis = FIRST_PAUSE_MILLIS;

    /** True from when a transaction is complete until its commit has returned. */
    private boolean isCommitting;

    private Optional<Unanswered> unanswered = Optional.empty();

    /**
     * Creates the writer; {@link #start} starts it.
     *
     * @param database the database
     * @param lease the right to write to it
     * @param reader reads committed states
     * @param memory what the writer keeps in memory of committed objects
     * @param sync forces everything committed to disk, or throws
     * @param index the cluster index of the last write
     */
    GroupCommitter(
            Database database, WriterLease lease, StoreReader reader, WriterMemory memory, Runnable sync, long index) {
        this.database = database;
        this.lease = lease;
        this.batches = new Batches(database.dsl());
        this.reader = reader;
        this.health = database.health();
        this.memory = memory;
        this.committed = new ChangeListeners(health);
        this.stored = new ChangeListeners(health);
        this.disk = new DiskSync(sync, health, stored);
        this.index = index;
    }

    /** Starts the threads. */
    void start() {
        disk.start();
        database.onSuspicion(this::suspect);
        thread.start();
    }

    /** Registers a listener for the changes of each write, called once they are on disk. */
    void listen(Consumer<ChangeSet> listener) {
        stored.add(listener);
    }

    /** Registers a listener for the changes of each write, called once they are committed. */
    void listenToCommits(Consumer<ChangeSet> listener) {
        committed.add(listener);
    }

    /** Queues a write of the server itself, or fails it at once if the store is closed, broken or overloaded. */
    <T> CompletableFuture<T> submit(Function<WriteTransaction, T> write) {
        return submit(write, QUEUED_WRITES);
    }

    /** Queues a write that a client has asked for, or fails it as {@link #submit}, but earlier. */
    <T> CompletableFuture<T> submitOfClient(Function<WriteTransaction, T> write) {
        return submit(write, QUEUED_FOR_CLIENTS);
    }

    private <T> CompletableFuture<T> submit(Function<WriteTransaction, T> write, int limit) {
        PendingWrite<T> pending = new PendingWrite<>(write, future());
        if (closed) {
            pending.fail(closedStore());
        } else if (!health.isServing()) {
            pending.fail(health.failure().orElseGet(GroupCommitter::shortlyBroken));
        } else if (queue.size() >= limit || !queue.offer(pending)) {
            pending.fail(new StoreOverloadedException(limit));
        } else if (ended) {
            // The writer may have looked into the queue for the last time before the offer.
            pending.fail(
                    health.failure().<RuntimeException>map(failure -> failure).orElseGet(GroupCommitter::closedStore));
        }
        return pending.future();
    }

    /** Returns a future that reports Errors of callbacks chained to it. */
    <T> CompletableFuture<T> future() {
        return new LoudFuture<>(this::chainedFailed);
    }

    /**
     * Breaks the store after an Error in a callback chained to a write. A StackOverflowError breaks nothing: its cause
     * is one input, and it is over with that.
     */
    private void chainedFailed(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof StackOverflowError) {
            LOG.error("A callback of a write has overflowed its stack", cause);
        } else if (StoreHealth.isError(cause)) {
            health.fail(Recovery.RESTART, "a callback of a write failed with an error of the JVM", cause);
        }
    }

    /** Commits and answers the waiting writes, then ends the threads. */
    @Override
    public void close() {
        closed = true;
        wake();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        disk.close();
    }

    /**
     * Lets the writer check the database, since a query has failed in a way that suggests that the database is closed.
     * Never blocks.
     */
    private void suspect() {
        if (!suspected.getAndSet(true)) {
            wake();
        }
    }

    /** Wakes the thread. If the queue is full, the thread is awake. */
    private void wake() {
        queue.offer(new PendingWrite<>(transaction -> null, future()));
    }

    private void run() {
        try {
            while (!closed || !queue.isEmpty()) {
                takeTurn();
            }
        } catch (Throwable e) {
            health.fail(Recovery.RESTART, "the writer thread has died", e);
        } finally {
            ended = true;
            failUnanswered();
            failQueued(health.failure().<StoreException>map(failure -> failure).orElseGet(GroupCommitter::closedStore));
        }
    }

    private void takeTurn() throws InterruptedException {
        List<PendingWrite<?>> group = new ArrayList<>();
        PendingWrite<?> first =
                health.is(Recovery.REOPENING) ? queue.poll(pauseMillis, TimeUnit.MILLISECONDS) : queue.take();
        if (first != null) {
            group.add(first);
            queue.drainTo(group, GROUP_SIZE - 1);
            commit(group);
        }
        if (suspected.getAndSet(false)) {
            examine(new StoreException("A query of the database failed"));
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

    private void commit(List<PendingWrite<?>> group) {
        var broken = health.failure();
        if (broken.isPresent()) {
            DiskSync.failAll(group, broken.get());
            return;
        }
        long before = index;
        for (int attempt = 1; true; attempt++) {
            try {
                transact(group);
                break;
            } catch (Throwable e) {
                long after = index;
                index = before;
                // A read may have added objects that this group had changed.
                memory.recent().clear();
                if (attempt < ATTEMPTS && database.isToRepeat(e)) {
                    LOG.debug("The transaction is run again", e);
                    continue;
                }
                fail(group, after, e);
                return;
            }
        }
        if (index > before) {
            pauseMillis = FIRST_PAUSE_MILLIS;
        }
        finish(group);
    }

    private void transact(List<PendingWrite<?>> group) {
        long before = index;
        isCommitting = false;
        database.dsl().transaction(configuration -> {
            DSLContext dsl = configuration.dsl();
            WriteGroup writes = new WriteGroup(dsl, batches, reader.within(dsl), memory, this::isOfAll);
            group.forEach(pending -> index = pending.run(writes, index));
            writes.end();
            if (writes.hasWritten() || index > before) {
                batches.saveIndex(dsl, before, index, lease.epoch());
            }
            isCommitting = index > before;
        });
    }

    private boolean isOfAll(Throwable failure) {
        return database.isToRepeat(failure) || database.isOutage(failure);
    }

    /** Tells those that wait for the writes of a group that it is committed. */
    private void finish(List<PendingWrite<?>> group) {
        group.forEach(PendingWrite::committed);
        group.stream().map(PendingWrite::changes).filter(Objects::nonNull).forEach(committed::tell);
        boolean isDoubtful = group.stream().anyMatch(PendingWrite::isRefused);
        // Also read-only ones: the state that they have read may not be on disk yet.
        disk.put(group);
        if (isDoubtful) {
            examine(new StoreException("The database refused a write"));
        }
    }

    private void fail(List<PendingWrite<?>> group, long after, Throwable failure) {
        boolean mayBeCommitted = isCommitting && database.mayCommitUnanswered() && database.isOutage(failure);
        examine(failure);
        if (mayBeCommitted && health.is(Recovery.REOPENING)) {
            unanswered = Optional.of(new Unanswered(group, after, System.nanoTime()));
            return;
        }
        StoreException told = health.failure()
                .<StoreException>map(known -> known)
                .orElseGet(() -> new StoreException("The database refused to commit", failure));
        DiskSync.failAll(group, told);
    }

    /**
     * Decides whether a failure has broken the store. If the failure itself does not tell, the database is asked for the
     * cluster index.
     */
    private void examine(Throwable failure) {
        if (StoreHealth.isError(failure)) {
            health.fail(Recovery.RESTART, "a write failed with an error of the JVM", failure);
            return;
        }
        if (database.isOutage(failure)) {
            waitForDatabase(failure, failure);
            return;
        }
        try {
            if (compare(lease.standing(), failure)) {
                // Single connections may have ended although the database has not.
                database.renewConnections();
            }
        } catch (RuntimeException e) {
            e.addSuppressed(failure);
            waitForDatabase(e, failure.getCause() == null ? e : failure);
        }
    }

    private void waitForDatabase(Throwable thrown, Throwable cause) {
        health.fail(StoreHealth.isError(thrown) ? Recovery.RESTART : Recovery.REOPENING, database.outage(), cause);
        failQueued(health.failure().orElseThrow());
        // Prevent other threads from using the database meanwhile.
        database.abandon();
    }

    /**
     * Compares the database's index and epoch with those of this writer: a higher index is as wrong as a lower one.
     *
     * @return true if they are the same
     */
    private boolean compare(WriterLease.Standing standing, Throwable failure) {
        long found = standing.index();
        if (standing.epoch() != lease.epoch()) {
            lease.lose(standing, health, failure);
            return false;
        }
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
        // Earlier commits have to be forced to disk through the old channel first.
        disk.settle();
        try {
            database.reopen();
            settle();
            if (compare(lease.standing(), new StoreException("The database was opened again"))) {
                // A test write is needed: a database on a full disk can be read.
                database.dsl()
                        .transaction(
                                configuration -> batches.saveIndex(configuration.dsl(), index, index, lease.epoch()));
                database.sync();
                // Until a write was committed: a full disk may take the test write, and nothing larger.
                pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
                health.reopened();
            }
        } catch (RuntimeException e) {
            if (StoreHealth.isError(e)) {
                throw e;
            }
            LOG.debug("The database can't be used yet", e);
            database.abandon();
            pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
            if (unanswered.filter(GroupCommitter::isTooOld).isPresent()) {
                failUnanswered();
            }
        }
    }

    /** Finds out whether the group whose commit was not answered is committed, and answers its writes. */
    private void settle() {
        if (unanswered.isEmpty()) {
            return;
        }
        WriterLease.Standing found = lease.settled();
        Unanswered group = unanswered.get();
        if (found.epoch() == lease.epoch() && found.index() == group.after()) {
            LOG.info("The database has committed index {} although its answer was lost", group.after());
            unanswered = Optional.empty();
            index = group.after();
            finish(group.writes());
        } else if (found.epoch() == lease.epoch() && found.index() == index) {
            unanswered = Optional.empty();
            DiskSync.failAll(
                    group.writes(),
                    new StoreUnavailableException(
                            "Nothing was written: the connection to the database was lost; try again", null));
        } else {
            failUnanswered();
        }
    }

    private static boolean isTooOld(Unanswered group) {
        return System.nanoTime() - group.since() > LONGEST_DOUBT.toNanos();
    }

    private void failUnanswered() {
        unanswered.ifPresent(group -> DiskSync.failAll(
                group.writes(),
                new StoreUnavailableException(
                        "The connection to the database was lost while it committed: whether the write is stored is not known."
                                + " Try again, with the same request id if there was one",
                        null)));
        unanswered = Optional.empty();
    }

    private void failQueued(StoreException failure) {
        List<PendingWrite<?>> waiting = new ArrayList<>();
        queue.drainTo(waiting);
        DiskSync.failAll(waiting, failure);
    }
}
