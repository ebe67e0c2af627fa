package dev.gantry.store;

import static dev.gantry.store.schema.Tables.CLUSTER_INDEX;

import com.google.protobuf.ByteString;
import dev.gantry.v1.SnapshotHeader;
import dev.gantry.v1.SnapshotRow;
import dev.gantry.v1.SnapshotRows;
import dev.gantry.v1.SnapshotValue;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.ConnectionProvider;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Row;
import org.jooq.Table;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConnectionProvider;

/**
 * The whole database at one index, read piece by piece while writes go on. Takes one connection until it is closed, and the
 * database keeps the rows that change meanwhile. Used by one thread at a time.
 */
public final class StoreSnapshot implements AutoCloseable {

    /** The bytes that a piece should have. The size of the rows before tells how many rows that are. */
    private static final int PIECE_BYTES = 1 << 20;

    private static final int FIRST_ROWS = 16;
    private static final int MOST_ROWS = 1024;

    private final ConnectionProvider connections;
    private final Connection connection;
    private final DSLContext dsl;
    private final Iterator<Table<?>> tables = SnapshotTables.all().iterator();
    private Optional<TableCursor> current = Optional.empty();

    private StoreSnapshot(ConnectionProvider connections, Connection connection, DSLContext dsl) {
        this.connections = connections;
        this.connection = connection;
        this.dsl = dsl;
    }

    /**
     * Begins a snapshot.
     *
     * @param database the database
     */
    static StoreSnapshot open(Database database) {
        DSLContext dsl = database.dsl();
        ConnectionProvider connections = dsl.configuration().connectionProvider();
        Connection connection = connections.acquire();
        try {
            database.beginSnapshot(connection);
        } catch (SQLException e) {
            connections.release(connection);
            throw new StoreException("Can't begin a snapshot of the database", e);
        }
        return new StoreSnapshot(
                connections,
                connection,
                DSL.using(dsl.configuration()
                        .derive(new DefaultConnectionProvider(connection))
                        .deriveSettings(settings ->
                                settings.withRenderQuotedNames(RenderQuotedNames.EXPLICIT_DEFAULT_UNQUOTED))));
    }

    /**
     * Returns the header, without the time and the version of the server.
     *
     * @return the header
     */
    public SnapshotHeader header() {
        Record index = dsl.selectFrom(CLUSTER_INDEX).fetchSingle();
        String schema = dsl.select(DSL.field(DSL.quotedName("version"), String.class))
                .from(DSL.table(DSL.quotedName("flyway_schema_history")))
                .where(DSL.field(DSL.quotedName("success"), Boolean.class).isTrue())
                .and(DSL.field(DSL.quotedName("version"), String.class).isNotNull())
                .orderBy(DSL.field(DSL.quotedName("installed_rank")).desc())
                .limit(1)
                .fetchSingle()
                .value1();
        return SnapshotHeader.newBuilder()
                .setSchemaVersion(schema)
                .setClusterId(index.get(CLUSTER_INDEX.CLUSTER_ID))
                .setIndex(index.get(CLUSTER_INDEX.LAST_INDEX))
                .build();
    }

    /**
     * Reads the next rows. A table without rows has one piece without rows.
     *
     * @return the rows; empty at the end
     */
    public Optional<SnapshotRows> next() {
        if (current.isEmpty()) {
            if (!tables.hasNext()) {
                return Optional.empty();
            }
            current = Optional.of(new TableCursor(tables.next()));
        }
        TableCursor cursor = current.get();
        SnapshotRows rows = cursor.next();
        if (cursor.isAtEnd()) {
            current = Optional.empty();
        }
        return Optional.of(rows);
    }

    /** Ends the transaction. */
    @Override
    public void close() {
        try {
            connection.rollback();
        } catch (SQLException e) {
            throw new StoreException("Can't end a snapshot of the database", e);
        } finally {
            // The pool sets the isolation back.
            connections.release(connection);
        }
    }

    /** The place in a table up to which it was read. */
    private final class TableCursor {

        private final Table<?> table;
        private final List<Field<?>> fields;
        private final List<Field<?>> key;
        private Optional<Record> last = Optional.empty();
        private int limit = FIRST_ROWS;
        private boolean isAtEnd;

        TableCursor(Table<?> table) {
            this.table = table;
            this.fields = SnapshotTables.fields(table);
            this.key = List.copyOf(table.getPrimaryKey().getFields());
        }

        boolean isAtEnd() {
            return isAtEnd;
        }

        SnapshotRows next() {
            List<? extends Record> rows = dsl.select(fields)
                    .from(table)
                    .where(last.map(this::after).orElseGet(DSL::noCondition))
                    .orderBy(key)
                    .limit(limit)
                    .fetch();
            SnapshotRows.Builder piece = SnapshotRows.newBuilder().setTable(table.getName());
            fields.stream().map(Field::getName).forEach(piece::addColumns);
            rows.forEach(row -> piece.addRows(message(row)));
            isAtEnd = rows.size() < limit;
            if (!rows.isEmpty()) {
                last = Optional.of(rows.get(rows.size() - 1));
                limit = limit(piece.build().getSerializedSize() / rows.size());
            }
            return piece.build();
        }

        /** Doubles at most: the next rows may be larger. */
        private int limit(int bytesPerRow) {
            return Math.max(1, Math.min(Math.min(MOST_ROWS, 2 * limit), PIECE_BYTES / Math.max(1, bytesPerRow)));
        }

        private Condition after(Record row) {
            Field<?> first = key.get(0);
            Row place = DSL.row(key.stream().map(field -> value(field, row)).toList());
            // The first condition lets H2 use the index of the key.
            return key.size() == 1
                    ? greater(first, row)
                    : atLeast(first, row).and(DSL.condition("{0} > {1}", DSL.row(key), place));
        }

        private static <T> Field<T> value(Field<T> field, Record row) {
            return DSL.val(row.get(field), field);
        }

        private static <T> Condition greater(Field<T> field, Record row) {
            return field.gt(row.get(field));
        }

        private static <T> Condition atLeast(Field<T> field, Record row) {
            return field.ge(row.get(field));
        }
    }

    private static SnapshotRow message(Record row) {
        SnapshotRow.Builder message = SnapshotRow.newBuilder();
        for (Field<?> field : row.fields()) {
            message.addValues(message(row.get(field)));
        }
        return message.build();
    }

    private static SnapshotValue message(Object value) {
        SnapshotValue.Builder message = SnapshotValue.newBuilder();
        if (value instanceof String text) {
            return message.setText(text).build();
        }
        if (value instanceof byte[] bytes) {
            return message.setData(ByteString.copyFrom(bytes)).build();
        }
        if (value instanceof Boolean flag) {
            return message.setFlag(flag).build();
        }
        if (value instanceof Long || value instanceof Integer || value instanceof Short) {
            return message.setNumber(((Number) value).longValue()).build();
        }
        if (value == null) {
            return message.build();
        }
        throw new IllegalStateException("Snapshots have no values of " + value.getClass());
    }
}
