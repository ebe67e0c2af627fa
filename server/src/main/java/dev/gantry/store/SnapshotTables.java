package dev.gantry.store;

import static dev.gantry.store.schema.Tables.CLUSTER_INDEX;
import static dev.gantry.store.schema.Tables.MEMBER;

import dev.gantry.store.schema.DefaultSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jooq.Field;
import org.jooq.ForeignKey;
import org.jooq.Table;

/**
 * The tables of a snapshot: all of the schema, each after those that it refers to, but without the servers, which are not those
 * of a restored database.
 */
final class SnapshotTables {

    private SnapshotTables() {}

    /** Returns the tables in the order in which their rows can be inserted. */
    static List<Table<?>> all() {
        Set<Table<?>> ordered = new LinkedHashSet<>();
        DefaultSchema.DEFAULT_SCHEMA.getTables().stream()
                .filter(table -> !table.equals(MEMBER))
                .forEach(table -> add(table, ordered, new ArrayList<>()));
        return List.copyOf(ordered);
    }

    /** Returns the columns of a table that a snapshot has: not the secret of the server that leads. */
    static List<Field<?>> fields(Table<?> table) {
        return Arrays.<Field<?>>stream(table.fields())
                .filter(field -> !field.equals(CLUSTER_INDEX.LEASE_SECRET))
                .toList();
    }

    private static void add(Table<?> table, Set<Table<?>> ordered, List<Table<?>> way) {
        if (ordered.contains(table)) {
            return;
        }
        if (way.contains(table)) {
            throw new IllegalStateException("Tables refer to each other in a circle: " + way);
        }
        way.add(table);
        for (ForeignKey<?, ?> reference : table.getReferences()) {
            add(reference.getKey().getTable(), ordered, way);
        }
        way.remove(table);
        ordered.add(table);
    }
}
