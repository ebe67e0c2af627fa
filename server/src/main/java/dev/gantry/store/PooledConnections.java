package dev.gantry.store;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLSyntaxErrorException;
import org.jooq.ConnectionProvider;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;

/**
 * Lends jOOQ the connections of a pool that can be replaced, and notices when a question fails because of the database, and
 * not because of what was asked. May be used by any thread.
 */
final class PooledConnections implements ConnectionProvider, ExecuteListener, AutoCloseable {

    private static final long serialVersionUID = 1L;

    private final transient StoreHealth health;
    private transient volatile HikariDataSource pool;
    private transient volatile Runnable suspicion = () -> {};

    PooledConnections(StoreHealth health) {
        this.health = health;
    }

    void onSuspicion(Runnable told) {
        suspicion = told;
    }

    void use(HikariDataSource next) {
        pool = next;
    }

    /** Replaces the connections that are not in use, and the others when they are given back. */
    void renew() {
        pool.getHikariPoolMXBean().softEvictConnections();
    }

    /** Ends all connections; may be called again. */
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

    private static boolean isOfTheQuestion(SQLException failure) {
        return failure instanceof SQLIntegrityConstraintViolationException
                || failure instanceof SQLDataException
                || failure instanceof SQLSyntaxErrorException;
    }

    private StoreUnavailableException unavailable(SQLException failure) {
        var known = health.failure();
        if (known.isEmpty()) {
            suspicion.run();
        }
        return known.orElseGet(() -> new StoreUnavailableException(
                "The database could not be asked (%s); try again shortly".formatted(failure.getMessage()), failure));
    }
}
