package dev.gantry.store;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Query;

/**
 * A statement for many rows: made by jOOQ once for all, since to make it costs more than to run it for a row.
 *
 * @param <T> what the rows are made from
 */
final class Batch<T> {

    private final String sql;
    private final Function<T, Object[]> values;

    /**
     * Makes the statement.
     *
     * @param statement with a parameter for each value
     * @param values of an object's row, in the statement's order and of its columns' types
     */
    Batch(Query statement, Function<T, Object[]> values) {
        this.sql = statement.getSQL();
        this.values = values;
    }

    /** Returns how many rows were changed. */
    int send(DSLContext dsl, Collection<T> objects) {
        if (objects.isEmpty()) {
            return 0;
        }
        return dsl.connectionResult(connection -> {
            try (PreparedStatement batch = connection.prepareStatement(sql)) {
                for (T object : objects) {
                    bind(batch, values.apply(object));
                }
                return Arrays.stream(batch.executeBatch()).sum();
            }
        });
    }

    /** Without jOOQ's conversions, which cost as much as all else that is done for a row. */
    private static void bind(PreparedStatement batch, Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            batch.setObject(i + 1, values[i]);
        }
        batch.addBatch();
    }
}
