package dev.gantry.store;

import dev.gantry.v1.Allocation;
import java.nio.file.Path;
import java.util.List;

/**
 * Inserts allocations into an H2 database of its own and does nothing else of what a {@link Store} does. The {@code bench}
 * package compares the whole server with it.
 */
public final class AllocationInserts implements AutoCloseable {

    private final Database database;
    private final Batches batches;

    private AllocationInserts(Database database) {
        this.database = database;
        this.batches = new Batches(database.dsl());
    }

    /**
     * Creates a new database.
     *
     * @param dataDir the directory for it
     * @return inserts into the database, for one thread
     * @throws StoreException if it cannot be created
     */
    public static AllocationInserts create(Path dataDir) {
        return new AllocationInserts(
                H2Database.open(dataDir, false, Member.unreachable("inserts")).database());
    }

    /**
     * Inserts allocations with one transaction and forces it to disk.
     *
     * @param allocations the allocations, with new ids
     * @throws StoreException if the disk fails
     */
    public void insert(List<Allocation> allocations) {
        database.dsl().transaction(configuration -> batches.insertAllocations(configuration.dsl(), allocations));
        database.sync();
    }

    /** Closes the database. */
    @Override
    public void close() {
        database.close();
    }
}
