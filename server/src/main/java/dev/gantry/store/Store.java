package dev.gantry.store;

import static dev.gantry.store.schema.Tables.CLUSTER_INDEX;

import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What the cluster must not forget, in an H2 database of the server's data directory.
 *
 * <p>Writes are queued and committed in groups by one thread; a write is answered once it is on disk. Reads run in the
 * caller's thread, beside the writer, and see committed states only.
 */
public final class Store implements AutoCloseable {

    private final Database database;
    private final Path dataDir;
    private final GroupCommitter committer;
    private final AllocationIndex allocations;
    private final StoreReader reader;
    private final String clusterId;
    private final AcknowledgedFile acknowledged;
    private volatile long durableIndex;

    private Store(Database database, Path dataDir, boolean isForked) {
        this.database = database;
        this.dataDir = dataDir;
        this.allocations = new AllocationIndex();
        WriterMemory memory = new WriterMemory(allocations);
        this.reader = new StoreReader(database.dsl(), allocations);
        this.committer = new GroupCommitter(database, reader, memory, database::sync, reader.lastIndex());
        reader.fill(memory);
        this.clusterId = clusterId(database, reader, isForked);
        this.durableIndex = reader.lastIndex();
        this.acknowledged = AcknowledgedFile.keep(
                AcknowledgedFile.in(dataDir),
                new AcknowledgedFile.Content(clusterId, durableIndex, 0, Optional.empty()));
        // The first of all listeners: before anyone acts on a change, or is answered, it is known to be on disk.
        committer.listen(this::acknowledge);
    }

    /**
     * Opens the database, makes it if there is none, and brings it to this version's schema.
     *
     * @param dataDir where it is kept
     * @return the store, ready to read and write
     * @throws StoreException if it can't be opened, for instance because another server has it open, or because it lacks writes
     *     that were acknowledged
     */
    public static Store open(Path dataDir) {
        return open(dataDir, false);
    }

    /**
     * Opens the database also if it lacks writes that were acknowledged: it then counts as the database of another cluster.
     *
     * @param dataDir where it is kept
     * @param acceptLostWrites whether to open it in that case
     * @return the store, ready to read and write
     * @throws StoreException as {@link #open(Path)}
     */
    public static Store open(Path dataDir, boolean acceptLostWrites) {
        boolean isForked = new DatabaseCheck(dataDir).isForked(acceptLostWrites);
        Database database = Database.open(dataDir);
        try {
            Store store = new Store(database, dataDir, isForked);
            store.committer.start();
            return store;
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /** Which cluster it is: made once for each database, and once more where history has forked. */
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
     * Which cluster this is the database of.
     *
     * @return a UUID
     */
    public String clusterId() {
        return clusterId;
    }

    /**
     * The index up to which all writes are on disk. Does not ask the database.
     *
     * @return the cluster index of the newest of them
     */
    public long durableIndex() {
        return durableIndex;
    }

    /**
     * Queues a write.
     *
     * @param write what to do; it runs on the writer's thread
     * @param <T> what the write returns
     * @return completed once the write is on disk and all listeners have been told, with what it returned; failed with
     *     what it threw, with {@link StoreOverloadedException} if too many writes wait, with {@link
     *     StoreUnavailableException} if the store is broken, or with {@link StoreException}.
     *     It is completed on a thread of the store's: what is chained to it must not wait. An Error of what is chained to
     *     it breaks the store, whoever looks
     */
    public <T> CompletableFuture<T> write(Write<T> write) {
        return committer.submit(write);
    }

    /**
     * Makes a future for one of several that wait for the same write.
     *
     * @param <T> the result
     * @return not completed; an Error of what is chained to it breaks the store, as for {@link #write}
     */
    public <T> CompletableFuture<T> future() {
        return committer.future();
    }

    /**
     * Where to read.
     *
     * @return a reader for any thread that may wait for the database
     */
    public StoreReader reader() {
        return reader;
    }

    /**
     * Tells whether the store serves.
     *
     * @return its health, current as long as the store is open
     */
    public StoreHealth health() {
        return database.health();
    }

    /**
     * Begins to look for what can be forgotten.
     *
     * @return a search for one thread, which may wait for the database
     */
    public GarbageSearch garbage() {
        return new GarbageSearch(database.dsl(), reader, allocations);
    }

    /**
     * Asks to be told what each write changed, in the order of their indexes.
     *
     * @param listener called on one thread of the store's, once the change is on disk: it must not wait nor throw
     */
    public void listen(Consumer<ChangeSet> listener) {
        committer.listen(listener);
    }

    /** Commits what waits and closes the database. */
    @Override
    public void close() {
        committer.close();
        database.close();
        acknowledged.databaseClosed(DatabaseCheck.file(dataDir));
        acknowledged.close();
    }
}
