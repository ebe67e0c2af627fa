package dev.gantry.store;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Query;

/**
 * A prepared statement for many rows. jOOQ renders it once, since rendering costs more than executing it for a row.
 *
 * @param <T> the type of the objects that become rows
 */
final class Batch<T> {

    private final String sql;
    private final List<Function<T, ?>> values;

    /**
     * Renders the statement.
     *
     * @param statement the statement, with a parameter for each value
     * @param values for each parameter, returns an object's value with the type of the column
     */
    Batch(Query statement, List<Function<T, ?>> values) {
        this.sql = statement.getSQL();
        this.values = values;
    }

    /** Executes the statement for some objects and returns how many rows were changed. */
    int send(DSLContext dsl, Collection<T> objects) {
        if (objects.isEmpty()) {
            return 0;
        }
        return dsl.connectionResult(connection -> {
            try (PreparedStatement batch = connection.prepareStatement(sql)) {
                for (T object : objects) {
                    bind(batch, object);
                }
                return Arrays.stream(batch.executeBatch()).sum();
            }
        });
    }

    /** Binds values without jOOQ's conversions, which cost as much as everything else that is done for a row. */
    private void bind(PreparedStatement batch, T object) throws SQLException {
        for (int i = 0; i < values.size(); i++) {
            batch.setObject(i + 1, values.get(i).apply(object));
        }
        batch.addBatch();
    }
}
