package dev.gantry.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record2;
import org.jooq.ResultQuery;
import org.jooq.Table;
import org.jooq.conf.ParamType;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;

/**
 * Reads whole tables with as many threads as there are processors, up to a limit. Most of the time goes into H2's decoding of pages,
 * which happens in the thread that reads. Bypasses jOOQ's records and conversions, which take longer than the decoding.
 */
final class TableReads {

    /** How many rows a connection fetches at a time, if its driver does not read them from the database one by one. */
    private static final int FETCHED_ROWS = 2000;

    /** The parts of a table for each thread: keys may be spread unevenly. */
    private static final int PARTS_PER_THREAD = 4;

    /** The most threads, each with a connection: a database on another machine has a limit of connections. */
    private static final int MOST_THREADS = 16;

    private final int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
    private final Connections connections;

    /** Opens connections; each is used by one thread and closed. */
    interface Connections {
        Connection open() throws SQLException;
    }

    /** Receives rows, from several threads at a time. */
    interface RowConsumer {
        void accept(ResultSet row) throws SQLException;
    }

    /**
     * A part of the table to read.
     *
     * @param name the name of the table, for errors
     * @param sql the query
     * @param rows receives the rows
     */
    record Part(String name, String sql, RowConsumer rows) {

        static Part of(String name, ResultQuery<?> query, RowConsumer rows) {
            return new Part(name, query.getSQL(ParamType.INLINED), rows);
        }
    }

    TableReads(Connections connections) {
        this.connections = connections;
    }

    /**
     * Divides a table into parts by its keys.
     *
     * @param dsl finds the least and the greatest key
     * @param table the table
     * @param key the table's key, which the table has an index of
     * @param rows receives its rows
     * @param columns the columns to read
     * @return the parts; empty if the table is empty
     * @throws DataAccessException if the keys cannot be read; its message begins with the table's name
     */
    List<Part> parts(
            DSLContext dsl, Table<?> table, Field<Long> key, RowConsumer rows, List<? extends Field<?>> columns) {
        String name = "table " + table.getName();
        Record2<Long, Long> ends = ends(dsl, table, key, name);
        if (ends.value1() == null) {
            return List.of();
        }
        long last = ends.value2();
        int count = threads * PARTS_PER_THREAD;
        // The distance of two keys may not fit into a long: divide before subtracting, and compare without a sign.
        long step = Math.max(1, last / count - ends.value1() / count);
        List<Part> parts = new ArrayList<>();
        long first = ends.value1();
        while (Long.compareUnsigned(last - first, step) >= 0) {
            parts.add(part(name, dsl, table, key.ge(first).and(key.lt(first + step)), rows, columns));
            first += step;
        }
        parts.add(part(name, dsl, table, key.ge(first), rows, columns));
        return parts;
    }

    private static Record2<Long, Long> ends(DSLContext dsl, Table<?> table, Field<Long> key, String name) {
        try {
            return dsl.select(DSL.min(key), DSL.max(key)).from(table).fetchSingle();
        } catch (DataAccessException e) {
            throw named(name, e);
        }
    }

    private static Part part(
            String name,
            DSLContext dsl,
            Table<?> table,
            Condition isPart,
            RowConsumer rows,
            List<? extends Field<?>> columns) {
        return Part.of(name, dsl.select(columns).from(table).where(isPart), rows);
    }

    /**
     * Reads parts, and returns when all are read, also if one cannot be read.
     *
     * @throws DataAccessException if one cannot be read; its message begins with the part's name
     */
    void read(List<Part> parts) {
        ExecutorService executor = Executors.newFixedThreadPool(threads, task -> new Thread(task, "table-reads"));
        try {
            List<Callable<Object>> reads = new ArrayList<>();
            parts.forEach(part -> reads.add(Executors.callable(() -> read(part))));
            for (Future<?> read : executor.invokeAll(reads)) {
                finish(read);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("Interrupted while the database was read", e);
        } finally {
            executor.shutdown();
        }
    }

    private void read(Part part) {
        try (Connection connection = connections.open();
                Statement statement = connection.createStatement()) {
            statement.setFetchSize(FETCHED_ROWS);
            try (ResultSet rows = statement.executeQuery(part.sql())) {
                while (rows.next()) {
                    part.rows().accept(rows);
                }
            }
        } catch (SQLException e) {
            throw named(part.name(), e);
        }
    }

    private static DataAccessException named(String part, Exception failure) {
        return new DataAccessException("%s: %s".formatted(part, DatabaseCheck.firstLine(failure)), failure);
    }

    private static void finish(Future<?> read) throws InterruptedException {
        try {
            read.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause();
        }
    }
}
