package dev.gantry.store;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLSyntaxErrorException;
import java.util.Set;
import org.jooq.ConnectionProvider;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;

/**
 * Gives jOOQ the connections of a pool that can be replaced, and notices queries that fail because of the database
 * rather than because of their content. May be used by any thread.
 */
final class PooledConnections implements ConnectionProvider, ExecuteListener, AutoCloseable {

    private static final long serialVersionUID = 1L;

    /** Classes of SQL states: of values, of constraints, of syntax and names. */
    private static final Set<String> OF_THE_QUESTION = Set.of("22", "23", "42");

    private final transient StoreHealth health;
    private transient volatile HikariDataSource pool;
    private transient volatile Runnable suspicion = () -> {};

    PooledConnections(StoreHealth health) {
        this.health = health;
    }

    /** Sets the listener that is called when the database seems to be broken. */
    void onSuspicion(Runnable told) {
        suspicion = told;
    }

    /** Sets the pool. */
    void use(HikariDataSource next) {
        pool = next;
    }

    /** Replaces idle connections now, and others when they are returned. */
    void renew() {
        pool.getHikariPoolMXBean().softEvictConnections();
    }

    /** Closes all connections; may be called again. */
    @Override
    public void close() {
        pool.close();
    }

    @Override
    public Connection acquire() {
        try {
            return pool.getConnection();
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    @Override
    public void release(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    @Override
    public void exception(ExecuteContext context) {
        SQLException failure = context.sqlException();
        if (failure != null && !isOfTheQuestion(failure)) {
            context.exception(unavailable(failure));
        }
    }

    /** By the class of the exception, which H2 sets, or by the class of the SQL state, which all engines set. */
    private static boolean isOfTheQuestion(SQLException failure) {
        return OF_THE_QUESTION.contains(SqlStates.classOf(failure))
                || failure instanceof SQLIntegrityConstraintViolationException
                || failure instanceof SQLDataException
                || failure instanceof SQLSyntaxErrorException;
    }

    private StoreUnavailableException unavailable(SQLException failure) {
        var known = health.failure();
        if (known.isEmpty()) {
            suspicion.run();
        }
        return known.orElseGet(() -> new StoreUnavailableException(
                "The database could not be queried (%s); try again shortly".formatted(failure.getMessage()), failure));
    }
}
