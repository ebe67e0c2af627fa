package dev.gantry.store;

import static dev.gantry.store.schema.Tables.ALLOCATION;
import static dev.gantry.store.schema.Tables.CLUSTER_INDEX;

import dev.gantry.model.Checksum;
import dev.gantry.store.TableReads.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.h2.api.ErrorCode;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Name;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks an H2 database before anything is written to it: the database must be of the same cluster as the last server's,
 * undamaged, and have all acknowledged writes ({@link AcknowledgedFile}). H2 opens a truncated file without an error,
 * at an older state, and also a file of which some bytes have changed.
 *
 * <p>After a clean stop, the checksum of the file is compared. After any other end, all rows are read, so that damage
 * is found before anything is written. The rows of allocations are then loaded into the index that the server needs
 * anyhow: nothing changes them before the server has opened the database.
 */
final class DatabaseCheck {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseCheck.class);

    /** In bytes; every database is larger. */
    private static final long HEADER = 2 * 4096;

    /** In KiB: each page is read once. */
    private static final int CACHE = 16 * 1024;

    /** H2's own key of a row, which each table is stored by. */
    private static final Field<Long> ROW_ID = DSL.field("_ROWID_", Long.class);

    private static final Field<String> TABLE_NAME = DSL.field("table_name", String.class);
    private static final Field<String> INDEX_NAME = DSL.field("index_name", String.class);
    private static final Field<String> COLUMN_NAME = DSL.field("column_name", String.class);

    private final Path dataDir;
    private final Path database;
    private final AllocationIndex allocations;

    /**
     * Prepares a check.
     *
     * @param dataDir the data directory
     * @param allocations an empty index. It counts as loaded after a check that has read all rows, if the database has
     *     its columns
     */
    DatabaseCheck(Path dataDir, AllocationIndex allocations) {
        this.dataDir = dataDir.toAbsolutePath();
        this.database = file(this.dataDir);
        this.allocations = allocations;
    }

    /** Returns the file of the database in a data directory. */
    static Path file(Path dataDir) {
        return dataDir.resolve("gantry.mv.db");
    }

    /**
     * Checks the database.
     *
     * @param acceptLostWrites true to continue with a database that lacks acknowledged writes
     * @return true if it lacks acknowledged writes and that was accepted
     * @throws StoreException if the database lacks acknowledged writes and the operator has not accepted the loss; the
     *     message says what was found and what to do
     */
    boolean isForked(boolean acceptLostWrites) {
        Path marker = AcknowledgedFile.in(dataDir);
        Optional<AcknowledgedFile.Content> known = AcknowledgedFile.read(marker);
        if (known.isEmpty() && Files.exists(database)) {
            LOG.warn(
                    "{} is missing or damaged, so this start can't check whether the database {} has all acknowledged writes."
                            + " The file is created again",
                    marker,
                    database);
            return false;
        }
        if (known.isEmpty() && !Files.exists(marker)) {
            return false;
        }
        Optional<String> fault = known.map(content -> fault(content, marker))
                .orElseGet(() ->
                        Optional.of("The database %s is missing, although there was one: %s is there, and is damaged"
                                .formatted(database, marker)));
        if (fault.isPresent() && !acceptLostWrites) {
            throw new StoreException(
                    "%s. Nothing was changed. Put the whole file back, or the newest copy of it, and start again. To continue with the"
                                    .formatted(fault.get())
                            + " present state, start once with --accept-lost-writes: the database then counts as another cluster's, and each"
                            + " node refuses the server until gantry node rejoin");
        }
        if (fault.isPresent()) {
            LOG.warn("{}. The server starts all the same, because of --accept-lost-writes", fault.get());
        } else if (acceptLostWrites) {
            LOG.warn("--accept-lost-writes is not needed: the database {} is whole. Leave it out", database);
        }
        return fault.isPresent();
    }

    private Optional<String> fault(AcknowledgedFile.Content known, Path marker) {
        if (!Files.exists(database)) {
            return Optional.of(
                    "The database %s is missing, although %s says that writes up to index %d were acknowledged"
                            .formatted(database, marker, known.index()));
        }
        long size = size();
        if (size < HEADER) {
            // H2 would keep such a file open in this process.
            return Optional.of(
                    "The database %s has only %d bytes: it is damaged. %s says that writes up to index %d were acknowledged"
                            .formatted(database, size, marker, known.index()));
        }
        boolean isAsClosed = size == known.size() && known.checksum().isPresent();
        AcknowledgedFile.Content found;
        try {
            found = peek(!isAsClosed);
        } catch (SQLException | DataAccessException e) {
            if (e instanceof SQLException failure && failure.getErrorCode() == ErrorCode.DATABASE_ALREADY_OPEN_1) {
                throw new StoreException(
                        "Can't open the database %s; is another gantry server using %s?".formatted(database, dataDir),
                        e);
            }
            LOG.debug("Can't examine the database", e);
            return Optional.of("The database %s can't be read (%s): it is damaged. %s says that writes up"
                            .formatted(database, firstLine(e), marker)
                    + " to index %d were acknowledged".formatted(known.index()));
        }
        Optional<String> missing = AcknowledgedFile.missing("The database " + database, found, known, marker);
        if (missing.isPresent()) {
            return missing;
        }
        return isAsClosed && !hasChecksum(known.checksum().get())
                ? Optional.of(
                        "The database %s is not as the last server has left it, although it has the same size: it is damaged, or"
                                        .formatted(database)
                                + " another program has written to it. If that was done on purpose, delete %s and start again"
                                        .formatted(marker))
                : Optional.empty();
    }

    private boolean hasChecksum(int known) {
        try {
            return Checksum.of(database) == known;
        } catch (IOException e) {
            throw new StoreException("Can't read the database " + database, e);
        }
    }

    /** Returns the first line of a message: the others are the statement. */
    static String firstLine(Exception failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }

    /** Returns the size of the database's file in bytes; 0 if it cannot be read. */
    private long size() {
        try {
            return Files.size(database);
        } catch (IOException e) {
            LOG.warn("Can't examine the database's file", e);
            return 0;
        }
    }

    /**
     * Reads the cluster id and index without changing the file, and without migrating it.
     *
     * @param readsAll true to read all rows too, since no checksum proves that they are readable
     */
    private AcknowledgedFile.Content peek(boolean readsAll) throws SQLException {
        String name = database.toString();
        String url = "jdbc:h2:file:" + name.substring(0, name.length() - ".mv.db".length())
                + ";ACCESS_MODE_DATA=r;IFEXISTS=TRUE;DB_CLOSE_ON_EXIT=FALSE;LAZY_QUERY_EXECUTION=TRUE;CACHE_SIZE="
                + CACHE;
        try (Connection connection = DriverManager.getConnection(url)) {
            DSLContext dsl = DSL.using(connection, SQLDialect.H2);
            if (readsAll) {
                LOG.info("{} was not closed by the server that used it last: reading it through", database);
                TableReads reads = new TableReads(() -> DriverManager.getConnection(url));
                boolean isLoading = hasColumnsOfAllocations(dsl);
                reads.read(all(dsl, reads, isLoading));
                if (isLoading) {
                    allocations.loaded();
                }
            }
            Record row = dsl.select(DSL.asterisk())
                    .from(DSL.table(DSL.unquotedName(CLUSTER_INDEX.getName())))
                    .fetchSingle();
            return new AcknowledgedFile.Content(
                    field(row, CLUSTER_INDEX.CLUSTER_ID).orElse(""),
                    field(row, CLUSTER_INDEX.LAST_INDEX).orElse(0L),
                    0,
                    Optional.empty());
        }
    }

    private static boolean hasColumnsOfAllocations(DSLContext dsl) {
        List<String> found = dsl.select(COLUMN_NAME)
                .from("information_schema.columns")
                .where("table_schema = 'PUBLIC'")
                .and(TABLE_NAME.equalIgnoreCase(ALLOCATION.getName()))
                .fetch(row -> row.value1().toLowerCase(Locale.ROOT));
        return found.containsAll(
                AllocationIndex.COLUMNS.stream().map(Field::getName).toList());
    }

    /** Returns the tables and the indexes that there are, in parts: a database of an older version has others. */
    private List<Part> all(DSLContext dsl, TableReads reads, boolean isLoading) {
        // H2 decodes all columns of a row when it comes to the row.
        TableReads.RowConsumer ignored = row -> {};
        List<Part> parts = new ArrayList<>();
        for (Name table : dsl.select(TABLE_NAME)
                .from("information_schema.tables")
                .where("table_schema = 'PUBLIC'")
                .fetch(row -> DSL.quotedName(row.value1()))) {
            boolean isLoaded = isLoading && table.last().equalsIgnoreCase(ALLOCATION.getName());
            parts.addAll(
                    isLoaded
                            ? reads.parts(dsl, DSL.table(table), ROW_ID, allocations::load, columnsOfAllocations())
                            : reads.parts(dsl, DSL.table(table), ROW_ID, ignored, List.of(DSL.field("*"))));
        }
        dsl.select(TABLE_NAME, INDEX_NAME, COLUMN_NAME)
                .from("information_schema.index_columns")
                .where("table_schema = 'PUBLIC'")
                .orderBy(DSL.field("ordinal_position"))
                .fetchGroups(
                        row -> DSL.name(DSL.quotedName(row.value1()), DSL.quotedName(row.value2())),
                        row -> DSL.field(DSL.quotedName(row.value3())))
                .forEach((index, columns) -> parts.add(Part.of(
                        "index " + index.last(),
                        dsl.select(columns).from(DSL.table("{0} use index ({1})", index.parts()[0], index.parts()[1])),
                        ignored)));
        return parts;
    }

    private static List<Field<?>> columnsOfAllocations() {
        return AllocationIndex.COLUMNS.stream()
                .<Field<?>>map(column -> DSL.field(DSL.unquotedName(column.getName()), column.getType()))
                .toList();
    }

    /** Returns a column's value; empty if the database is of an older version without the column. */
    private static <T> Optional<T> field(Record row, Field<T> wanted) {
        return Arrays.stream(row.fields())
                .filter(field -> field.getName().equalsIgnoreCase(wanted.getName()))
                .findFirst()
                .map(field -> row.get(field, wanted.getType()));
    }
}
