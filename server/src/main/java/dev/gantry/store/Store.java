package dev.gantry.store;

import java.nio.file.Path;
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
    private final GroupCommitter committer;
    private final AllocationIndex allocations;
    private final StoreReader reader;

    private Store(Database database) {
        this.database = database;
        this.allocations = new AllocationIndex();
        WriterMemory memory = new WriterMemory(allocations);
        this.reader = new StoreReader(database.dsl(), allocations);
        this.committer = new GroupCommitter(database, reader, memory, database::sync, reader.lastIndex());
        reader.fill(memory);
    }

    /**
     * Opens the database, makes it if there is none, and brings it to this version's schema.
     *
     * @param dataDir where it is kept
     * @return the store, ready to read and write
     * @throws StoreException if it can't be opened, for instance because another server has it open
     */
    public static Store open(Path dataDir) {
        Store store = new Store(Database.open(dataDir));
        store.committer.start();
        return store;
    }

    /**
     * Queues a write.
     *
     * @param write what to do; it runs on the writer's thread
     * @param <T> what the write returns
     * @return completed once the write is on disk and all listeners have been told, with what it returned; failed with
     *     what it threw, with {@link StoreOverloadedException} if too many writes wait, with {@link
     *     StoreUnavailableException} if the store is broken, or with {@link StoreException}.
     *     It is completed on a thread of the store's: what is chained to it must not wait
     */
    public <T> CompletableFuture<T> write(Write<T> write) {
        return committer.submit(write);
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
    }
}
