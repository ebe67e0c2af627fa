package dev.gantry.store;

import static dev.gantry.store.schema.Tables.CLUSTER_INDEX;

import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The server's durable state, in an H2 database of its data directory or in PostgreSQL.
 *
 * <p>One thread commits queued writes in groups; a write is answered once it is on disk. {@link GroupCommitter} tells
 * the way of a write. Reads run in the caller's thread, at the same time as the writer, and see only committed states.
 */
public final class Store implements AutoCloseable {

    private final AtomicBoolean closed = new AtomicBoolean();
    private final OpenedDatabase opened;
    private final Database database;
    private final GroupCommitter committer;
    private final AllocationIndex allocations;
    private final StoreReader reader;
    private final String clusterId;
    private final AcknowledgedFile acknowledged;
    private volatile long durableIndex;

    private Store(OpenedDatabase opened, Path dataDir) {
        this.opened = opened;
        this.database = opened.database();
        this.allocations = opened.allocations();
        WriterMemory memory = new WriterMemory(allocations);
        this.reader = new StoreReader(database.dsl(), database.reads(), allocations, memory.openNodes());
        this.committer =
                new GroupCommitter(database, opened.lease(), reader, memory, database::sync, reader.lastIndex());
        reader.fill(memory);
        this.clusterId = clusterId(database, reader, opened.isForked());
        this.durableIndex = reader.lastIndex();
        this.acknowledged = AcknowledgedFile.keep(
                AcknowledgedFile.in(dataDir),
                new AcknowledgedFile.Content(clusterId, durableIndex, 0, Optional.empty()));
        // Registered first: the index must be recorded before any listener acts on a change and before any caller is
        // answered.
        committer.listen(this::acknowledge);
    }

    /**
     * Opens the H2 database in a directory, creates it if it is missing, and migrates it.
     *
     * @param dataDir the data directory
     * @return the store, ready to read and write
     * @throws StoreException if it cannot be opened, for instance because another server has it open, or because it
     *     lacks acknowledged writes
     */
    public static Store open(Path dataDir) {
        return open(StoreOptions.embedded(dataDir, false));
    }

    /**
     * Opens the database, creates its tables if they are missing, and migrates them. A database that lacks acknowledged
     * writes, and is opened nevertheless, gets a new cluster id.
     *
     * @param options which database
     * @return the store, ready to read and write
     * @throws StoreException as {@link #open(Path)}
     */
    public static Store open(StoreOptions options) {
        return open(
                options.postgres()
                        .map(address -> PostgresDatabase.open(address, options))
                        .orElseGet(
                                () -> H2Database.open(options.dataDir(), options.acceptLostWrites(), options.server())),
                options);
    }

    /** Makes the store of a database; closes the database if that fails. */
    static Store open(OpenedDatabase opened, StoreOptions options) {
        try {
            Store store = new Store(opened, options.dataDir());
            store.committer.start();
            return store;
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /**
     * Returns the database's cluster id; creates one for a new database, and for one that lacks acknowledged writes.
     */
    private static String clusterId(Database database, StoreReader reader, boolean isForked) {
        String known = reader.clusterId();
        if (!known.isEmpty() && !isForked) {
            return known;
        }
        String made = UUID.randomUUID().toString();
        database.dsl().update(CLUSTER_INDEX).set(CLUSTER_INDEX.CLUSTER_ID, made).execute();
        database.sync();
        return made;
    }

    private void acknowledge(ChangeSet changes) {
        durableIndex = changes.index();
        acknowledged.acknowledge(changes.index());
    }

    /**
     * Returns the cluster id of the database.
     *
     * @return a UUID
     */
    public String clusterId() {
        return clusterId;
    }

    /**
     * Returns the highest index up to which all writes are on disk. Does not query the database.
     *
     * @return the cluster index
     */
    public long durableIndex() {
        return durableIndex;
    }

    /**
     * Queues a write of the server itself, which is committed as a whole or not at all.
     *
     * @param write reads and writes within the transaction that it gets, and returns the result for the caller. It runs
     *     on the store's writer thread, so it must block on nothing but the database. If PostgreSQL ends the transaction
     *     because of another one, it runs again
     * @param <T> the type of its result
     * @return completed with the write's result once the write is on disk and all listeners have been called. Fails
     *     with what the write threw, with {@link StoreOverloadedException} if too many writes wait, with {@link
     *     StoreUnavailableException} if the store is broken, or with {@link StoreException}. A thread of the store
     *     completes the future: callbacks must not block. An Error in a callback breaks the store
     */
    public <T> CompletableFuture<T> write(Function<WriteTransaction, T> write) {
        return committer.submit(write);
    }

    /**
     * Queues a write that a client has asked for. While many writes wait, those of clients are refused first: what the
     * server writes of its own accord, such as what nodes report, finds space that clients don't get.
     *
     * @param write as for {@link #write}
     * @param <T> the type of its result
     * @return as for {@link #write}
     */
    public <T> CompletableFuture<T> writeOfClient(Function<WriteTransaction, T> write) {
        return committer.submitOfClient(write);
    }

    /**
     * Creates a future for one of several callers that wait for the same write.
     *
     * @param <T> the type of the result
     * @return an incomplete future; an Error in a callback breaks the store, as for {@link #write}
     */
    public <T> CompletableFuture<T> future() {
        return committer.future();
    }

    /**
     * Returns the queries.
     *
     * @return a reader for any thread that may block on the database
     */
    public StoreReader reader() {
        return reader;
    }

    /**
     * Returns the health of the store.
     *
     * @return a live object, valid as long as the store is open
     */
    public StoreHealth health() {
        return database.health();
    }

    /**
     * Returns the servers that share the database.
     *
     * @return reads of the servers, for any thread that may block on the database
     */
    public Members members() {
        return new Members(database.dsl());
    }

    /**
     * Tells whether this server is certain that no other one has taken over the database. Does not ask the database.
     *
     * @return false if the server could not renew its lease for too long, for instance because it was paused
     */
    public boolean isLeader() {
        return opened.lease().isCertain();
    }

    /**
     * Returns the secret by which this server, while it leads, recognizes calls that other servers pass on.
     *
     * @return the secret, which this server alone has made
     */
    public String passOnSecret() {
        return opened.lease().passOnSecret();
    }

    /**
     * Creates a search for objects to delete.
     *
     * @return a search for one thread, which may block on the database
     */
    public GarbageSearch garbageSearch() {
        return new GarbageSearch(database.dsl(), reader, allocations);
    }

    /**
     * Begins a snapshot of the whole database.
     *
     * @return the snapshot, which takes a connection until it is closed
     */
    public StoreSnapshot snapshot() {
        return StoreSnapshot.open(database);
    }

    /**
     * Registers a listener for the changes of each write, in the order of their indexes.
     *
     * @param listener called on a thread of the store once the change is on disk; it must neither block nor throw
     */
    public void listen(Consumer<ChangeSet> listener) {
        committer.listen(listener);
    }

    /**
     * Registers a listener for the changes of each write, in the order of their indexes, that gets them before they are
     * on disk, as readers do. If the disk fails, they may be lost, and no later write succeeds. So such a listener may
     * only prepare further writes.
     *
     * @param listener called on the thread that writes, once the change is committed; it must neither block nor throw
     */
    public void listenToCommits(Consumer<ChangeSet> listener) {
        committer.listenToCommits(listener);
    }

    /** Commits the waiting writes and closes the database. Does nothing if the store was closed before. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        committer.close();
        opened.close();
        database.file().ifPresent(acknowledged::databaseClosed);
        acknowledged.close();
    }
}
