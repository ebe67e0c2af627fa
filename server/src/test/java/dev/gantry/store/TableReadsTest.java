package dev.gantry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TableReadsTest {

    private static final Table<?> THINGS = DSL.table(DSL.name("THINGS"));
    private static final Field<Long> KEY = DSL.field(DSL.name("KEY"), Long.class);

    @TempDir
    private Path dir;

    private Connection connection;
    private DSLContext dsl;
    private TableReads reads;

    @BeforeEach
    void createTable() throws SQLException {
        String url = "jdbc:h2:file:" + dir.resolve("things");
        connection = DriverManager.getConnection(url);
        dsl = DSL.using(connection, SQLDialect.H2);
        reads = new TableReads(() -> DriverManager.getConnection(url));
        dsl.createTable(THINGS).column(KEY).primaryKey(KEY).execute();
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    static Stream<List<Long>> keys() {
        return Stream.of(
                List.of(),
                List.of(0L),
                List.of(Long.MIN_VALUE),
                List.of(Long.MAX_VALUE),
                List.of(Long.MAX_VALUE - 2, Long.MAX_VALUE - 1, Long.MAX_VALUE),
                List.of(Long.MIN_VALUE, 0L, Long.MAX_VALUE),
                List.of(-40L, -7L, 0L, 3L, 1_000_000L),
                LongStream.range(-100, 100).boxed().toList());
    }

    @ParameterizedTest
    @MethodSource("keys")
    void each_row_is_read_once_whatever_the_keys_are(List<Long> keys) {
        keys.forEach(key -> dsl.insertInto(THINGS, KEY).values(key).execute());
        Queue<Long> seen = new ConcurrentLinkedQueue<>();

        reads.read(reads.parts(dsl, THINGS, KEY, row -> seen.add(row.getLong(1)), List.of(KEY)));

        assertThat(seen).containsExactlyInAnyOrderElementsOf(keys);
    }

    @Test
    void a_part_that_cannot_be_read_is_named_and_the_other_parts_are_read() {
        dsl.insertInto(THINGS, KEY).values(1L).execute();
        Queue<Long> seen = new ConcurrentLinkedQueue<>();
        TableReads.Part missing = new TableReads.Part("table OTHERS", "select * from OTHERS", row -> {});
        List<TableReads.Part> parts = Stream.concat(
                        Stream.of(missing),
                        reads.parts(dsl, THINGS, KEY, row -> seen.add(row.getLong(1)), List.of(KEY)).stream())
                .toList();

        assertThatThrownBy(() -> reads.read(parts))
                .isInstanceOf(DataAccessException.class)
                .hasMessageStartingWith("table OTHERS: ")
                .hasMessageContaining("not found");
        assertThat(seen).containsExactly(1L);
    }

    @Test
    void a_table_whose_keys_cannot_be_read_is_named() {
        dsl.dropTable(THINGS).execute();

        assertThatThrownBy(() -> reads.parts(dsl, THINGS, KEY, row -> {}, List.of(KEY)))
                .isInstanceOf(DataAccessException.class)
                .hasMessageStartingWith("table THINGS: ");
    }

    @Test
    void an_error_of_whoever_receives_the_rows_is_thrown_as_it_is() {
        dsl.insertInto(THINGS, KEY).values(1L).execute();
        AssertionError error = new AssertionError("the receiver's");

        assertThatThrownBy(() -> reads.read(reads.parts(
                        dsl,
                        THINGS,
                        KEY,
                        row -> {
                            throw error;
                        },
                        List.of(KEY))))
                .isSameAs(error);
    }
}
