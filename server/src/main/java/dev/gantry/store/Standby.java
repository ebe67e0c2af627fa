package dev.gantry.store;

/**
 * A database in PostgreSQL that is ready to be led: connected and checked, while another server may write to it. So little is
 * left to do when that server is lost. Used by one thread.
 */
public final class Standby implements AutoCloseable {

    private final PostgresDatabase database;
    private final StoreOptions options;
    private boolean isTaken;

    private Standby(PostgresDatabase database, StoreOptions options) {
        this.database = database;
        this.options = options;
    }

    /**
     * Connects to the database, and changes nothing.
     *
     * @param options which database, in PostgreSQL
     * @return the database
     * @throws StoreException if the database can't be reached or used, or lacks writes that the data directory says were
     *     acknowledged
     */
    public static Standby prepare(StoreOptions options) {
        PostgresDatabase database = PostgresDatabase.prepare(options.postgres().orElseThrow());
        try {
            database.requireAcknowledged(options);
            return new Standby(database, options);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /**
     * Takes the lease of the database, and opens it.
     *
     * @return the store, which is closed instead of this object
     * @throws LeaseHeldException if another server has the lease; this object can be used again
     * @throws StoreException as {@link Store#open(StoreOptions)}; this object can't be used again
     */
    public Store lead() {
        OpenedDatabase opened = database.lead(options);
        isTaken = true;
        return Store.open(opened, options);
    }

    /** Disconnects, unless the store was opened. */
    @Override
    public void close() {
        if (!isTaken) {
            database.close();
        }
    }
}
