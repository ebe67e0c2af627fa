package dev.gantry.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Table;

/**
 * Asks whether there is a row of a key, where mostly there is none: the statement is made once, since to make it costs more
 * than to run it.
 */
final class Probe {

    private final String sql;

    Probe(DSLContext dsl, Table<?> table, Field<String> key) {
        this.sql = dsl.selectOne().from(table).where(key.eq((String) null)).getSQL();
    }

    boolean finds(DSLContext dsl, String key) {
        return dsl.connectionResult(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setString(1, key);
                try (ResultSet rows = statement.executeQuery()) {
                    return rows.next();
                }
            }
        });
    }
}
