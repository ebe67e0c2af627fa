package dev.gantry.store;

import com.zaxxer.hikari.HikariDataSource;
import dev.gantry.store.StoreHealth.Recovery;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.DefaultExecuteListenerProvider;

/**
 * An open database, whichever engine it is. Holds what depends on the engine: how to open it, when a commit is on disk,
 * and how to use it again after a failure. All statements are the same for each engine.
 */
abstract sealed class Database implements AutoCloseable permits H2Database, PostgresDatabase {

    /** The most connections to the database. */
    static final int CONNECTIONS = 10;

    private final StoreHealth health;
    private final PooledConnections connections;
    private final DSLContext dsl;

    /**
     * Prepares the use of a database that {@link #use} then connects to.
     *
     * @param dialect the engine
     * @param remedy returns what an operator can do, by how the store can serve again
     */
    Database(SQLDialect dialect, Function<Recovery, String> remedy) {
        this.health = new StoreHealth(remedy);
        this.connections = new PooledConnections(health);
        this.dsl = DSL.using(new DefaultConfiguration()
                .set(connections)
                .set(dialect)
                .set(settings())
                .set(new DefaultExecuteListenerProvider(connections)));
    }

    /** Returns how statements name tables and columns. */
    static Settings settings() {
        return new Settings()
                .withRenderSchema(false)
                .withRenderQuotedNames(RenderQuotedNames.NEVER)
                .withExecuteLogging(false);
    }

    /** Returns reads of whole tables. */
    abstract TableReads reads();

    /**
     * Begins a transaction whose queries, of all tables, see the state of the first one, and which may pause between two of
     * them for as long as who reads it may.
     */
    abstract void beginSnapshot(Connection connection) throws SQLException;

    /** Returns the file of the database; empty if the database is not a file of this server. */
    abstract Optional<Path> file();

    /**
     * Forces everything committed to disk. Does nothing if the engine's commit does that.
     *
     * @throws StoreException if the disk fails
     */
    abstract void sync();

    /** Returns true if a transaction that failed in this way can be run again at once, with success. */
    abstract boolean isToRepeat(Throwable failure);

    /**
     * Returns true if a failure by itself tells that the database can't be used now. Otherwise it is asked whether it can.
     */
    abstract boolean isOutage(Throwable failure);

    /** Returns true if a transaction may be committed although the commit has thrown. */
    abstract boolean mayCommitUnanswered();

    /** Returns what has happened to a database that can't be used, for errors: a main clause. */
    abstract String outage();

    /**
     * Opens the database again after {@link #abandon}, for the writer's thread.
     *
     * @throws StoreException if the database cannot be used yet
     */
    abstract void reopen();

    /** Closes the database. */
    @Override
    public abstract void close();

    /** Returns the entry to jOOQ for statements outside of a transaction. */
    DSLContext dsl() {
        return dsl;
    }

    /** Returns the health of the store. */
    StoreHealth health() {
        return health;
    }

    /** Registers a listener that is called when a query fails in a way that suggests that the database is broken. */
    void onSuspicion(Runnable told) {
        connections.onSuspicion(told);
    }

    /** Replaces idle connections now, and connections in use when they are returned. */
    void renewConnections() {
        connections.renew();
    }

    /** Closes the connections of a database that can't be used; queries fail from now on. May take some seconds. */
    void abandon() {
        connections.close();
    }

    /** Uses the connections of a pool from now on. */
    final void use(HikariDataSource pool) {
        connections.use(pool);
    }
}
