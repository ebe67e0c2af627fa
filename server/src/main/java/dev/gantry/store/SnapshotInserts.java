package dev.gantry.store;

import static dev.gantry.store.schema.Tables.CLUSTER_INDEX;

import dev.gantry.snapshot.SnapshotException;
import dev.gantry.v1.SnapshotHeader;
import dev.gantry.v1.SnapshotRow;
import dev.gantry.v1.SnapshotRows;
import dev.gantry.v1.SnapshotValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jooq.BatchBindStep;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;

/**
 * Inserts the rows of a snapshot into an empty database that has the snapshot's schema, which may be an older one than this
 * program's.
 */
final class SnapshotInserts {

    private final DSLContext dsl;
    private final Map<String, Table<?>> tables;
    private Optional<String> begun = Optional.empty();

    /**
     * Prepares to insert.
     *
     * @param dsl a database whose schema has the snapshot's version; its rows are replaced
     */
    SnapshotInserts(DSLContext dsl) {
        this.dsl = dsl;
        String current = dsl.select(DSL.currentSchema()).fetchSingle().value1();
        this.tables = dsl.meta().filterSchemas(schema -> schema.getName().equals(current)).getTables().stream()
                .collect(Collectors.toMap(table -> lower(table.getName()), table -> table));
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /**
     * Inserts rows. The first rows of a table replace those that its migration has made.
     *
     * @throws SnapshotException if the schema has no such table or column
     */
    void insert(SnapshotRows rows) throws SnapshotException {
        Table<?> table = tables.get(rows.getTable());
        if (table == null) {
            throw new SnapshotException("has a table that its schema does not have: " + rows.getTable());
        }
        List<Field<?>> columns = new ArrayList<>();
        for (String name : rows.getColumnsList()) {
            columns.add(table.fieldStream()
                    .filter(field -> lower(field.getName()).equals(name))
                    .findFirst()
                    .orElseThrow(() -> new SnapshotException(
                            "has a column that its schema does not have: %s.%s".formatted(rows.getTable(), name))));
        }
        try {
            if (!begun.equals(Optional.of(rows.getTable()))) {
                begun = Optional.of(rows.getTable());
                dsl.deleteFrom(table).execute();
            }
            insert(table, columns, rows);
        } catch (DataAccessException | IllegalArgumentException e) {
            throw new SnapshotException(
                    "has rows that the table %s does not take: %s"
                            .formatted(rows.getTable(), DatabaseCheck.firstLine(e)),
                    e);
        }
    }

    private void insert(Table<?> table, List<Field<?>> columns, SnapshotRows rows) throws SnapshotException {
        if (rows.getRowsCount() == 0) {
            return;
        }
        BatchBindStep batch = dsl.batch(dsl.insertInto(table, columns).values(new Object[columns.size()]));
        for (SnapshotRow row : rows.getRowsList()) {
            if (row.getValuesCount() != columns.size()) {
                throw new SnapshotException(
                        "has a row of the table %s with too few or too many values".formatted(rows.getTable()));
            }
            Object[] values = new Object[columns.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = columns.get(i).getDataType().convert(object(row.getValues(i)));
            }
            batch = batch.bind(values);
        }
        batch.execute();
    }

    private static Object object(SnapshotValue value) {
        return switch (value.getValueCase()) {
            case NUMBER -> value.getNumber();
            case TEXT -> value.getText();
            case DATA -> value.getData().toByteArray();
            case FLAG -> value.getFlag();
            case VALUE_NOT_SET -> null;
        };
    }

    /**
     * Checks that the index is the one of the header, gives the database another cluster id, and forgets the lease of the
     * server that the snapshot was taken from: that server may still run, and must not be able to write here.
     *
     * @param clusterId the id
     */
    void end(SnapshotHeader header, String clusterId) throws SnapshotException {
        Long index = dsl.select(CLUSTER_INDEX.LAST_INDEX).from(CLUSTER_INDEX).fetchOne(CLUSTER_INDEX.LAST_INDEX);
        if (index == null || index != header.getIndex()) {
            throw new SnapshotException(
                    "is said to end at index %d, and ends at %s".formatted(header.getIndex(), index));
        }
        dsl.update(CLUSTER_INDEX).set(CLUSTER_INDEX.CLUSTER_ID, clusterId).execute();
        boolean hasLease = tables.get(CLUSTER_INDEX.getName())
                .fieldStream()
                .anyMatch(column -> lower(column.getName()).equals(CLUSTER_INDEX.LEASE_END.getName()));
        if (hasLease) {
            dsl.update(CLUSTER_INDEX)
                    .set(CLUSTER_INDEX.LEASE_EPOCH, 0L)
                    .set(CLUSTER_INDEX.LEASE_HOLDER, "")
                    .setNull(CLUSTER_INDEX.LEASE_END)
                    .execute();
        }
    }
}
