package dev.gantry.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.gantry.store.StoreHealth.Recovery;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.h2.api.ErrorCode;
import org.h2.engine.Constants;
import org.jooq.SQLDialect;

/**
 * The H2 database in a server's data directory: one file, in this process, which one server uses.
 *
 * <p>H2's commit hands writes to the operating system only, so the server forces the file to disk itself. H2 closes the
 * database when it can't write the file, so the server opens the database again.
 */
final class H2Database extends Database {

    /**
     * The size of H2's cache of prepared statements; larger than the number of statements, so that each is parsed only
     * once.
     */
    private static final int STATEMENTS = 256;

    /**
     * The free bytes that are required before a database that has closed itself is opened again; a group of writes
     * takes a few MB.
     */
    private static final long LEAST_SPACE = 8L << 20;

    private static final String SUFFIX = ".mv.db";

    private static final Integer IN_USE = ErrorCode.DATABASE_ALREADY_OPEN_1;

    private final Path path;

    /**
     * The channel that forces the file to disk. Only the writer's thread replaces it, and only while no other thread
     * forces the file.
     */
    private volatile FileChannel file;

    private H2Database(Path path) {
        super(SQLDialect.H2, H2Database::remedy);
        this.path = path;
    }

    /**
     * Opens the database in a directory after a {@link DatabaseCheck}, creates it if it is missing, and migrates it.
     *
     * @param acceptLostWrites true to open it although it lacks acknowledged writes
     * @param holder this server
     * @throws StoreException if the database cannot be opened or migrated, or lacks acknowledged writes
     */
    static OpenedDatabase open(Path dataDir, boolean acceptLostWrites, Member holder) {
        AllocationIndex checked = new AllocationIndex();
        boolean isForked = new DatabaseCheck(dataDir, checked).isForked(acceptLostWrites);
        Path directory = DataDirectory.create(dataDir);
        boolean isUpgraded = SchemaUpgrade.run(directory);
        H2Database database = new H2Database(withoutSuffix(DatabaseCheck.file(directory)));
        HikariDataSource pool = connect(database.path);
        try {
            database.open(pool);
            WriterLease lease = WriterLease.takeAlone(database.dsl(), holder);
            database.sync();
            // An upgrade may have changed the rows that the check has read.
            return new OpenedDatabase(database, lease, isForked, isUpgraded ? new AllocationIndex() : checked);
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    @Override
    TableReads reads() {
        return new TableReads(() -> DriverManager.getConnection(url(path) + ";LAZY_QUERY_EXECUTION=TRUE"));
    }

    @Override
    void beginSnapshot(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Constants.TRANSACTION_SNAPSHOT);
    }

    @Override
    Optional<Path> file() {
        return Optional.of(path.resolveSibling(path.getFileName() + SUFFIX));
    }

    /** Returns false: nobody else writes, so nothing is in the way of a transaction. */
    @Override
    boolean isToRepeat(Throwable failure) {
        return false;
    }

    /** Returns false: a database that has closed itself throws many kinds. */
    @Override
    boolean isOutage(Throwable failure) {
        return false;
    }

    @Override
    boolean mayCommitUnanswered() {
        return false;
    }

    @Override
    String outage() {
        return "the database has closed itself";
    }

    /**
     * Opens the database again after {@link #abandon}. No thread may be forcing it to disk.
     *
     * @throws StoreException if it cannot be opened, or if the disk is too full to write
     */
    @Override
    void reopen() {
        checkSpace();
        abandon();
        try {
            // Close it before H2 opens the file: the process holds H2's lock, and closing any channel of the file
            // releases it.
            file.close();
        } catch (IOException e) {
            throw new StoreException("Can't close the database's file", e);
        }
        HikariDataSource pool = connect(path);
        try {
            open(pool);
        } catch (StoreException e) {
            pool.close();
            throw e;
        }
    }

    private void open(HikariDataSource pool) {
        file = openFile(path);
        use(pool);
    }

    private void checkSpace() {
        try {
            long free = Files.getFileStore(path.getParent()).getUsableSpace();
            if (free < LEAST_SPACE) {
                throw new StoreException("Only %d bytes are free in %s; the server needs %d"
                        .formatted(free, path.getParent(), LEAST_SPACE));
            }
        } catch (IOException e) {
            throw new StoreException("Can't read how much space is free in " + path.getParent(), e);
        }
    }

    /**
     * Forces everything committed to disk: H2's own commit only hands it to the operating system. H2's
     * {@code CHECKPOINT SYNC} would do the same, but would also write uncommitted changes of other threads.
     *
     * @throws StoreException if the disk fails
     */
    @Override
    void sync() {
        try {
            file.force(false);
        } catch (IOException e) {
            throw new StoreException("The disk can't be forced to store the writes of the database", e);
        }
    }

    @Override
    public void close() {
        abandon();
        try {
            // H2 has tidied up; a checksum of the file must not be on the disk before the file is.
            file.force(true);
            // Not earlier: the process holds H2's lock, and closing any channel of the file releases it.
            file.close();
        } catch (IOException e) {
            throw new StoreException("Can't close the database's file", e);
        }
    }

    private static String remedy(Recovery recovery) {
        return switch (recovery) {
            case REOPENING -> "make sure that its disk has free space; the server opens the database again by itself";
            case OPERATOR -> "check the disk of the data directory, then start the server again";
            case OTHER_LEADER, RESTART -> StoreHealth.RESTARTED;
        };
    }

    private static FileChannel openFile(Path file) {
        Path data = file.resolveSibling(file.getFileName() + SUFFIX);
        try {
            return FileChannel.open(data, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new StoreException(
                    "Can't write to the database (%s); make sure that the server can write to its directory"
                            .formatted(e),
                    e);
        }
    }

    private static HikariDataSource connect(Path file) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("store");
        config.setJdbcUrl(url(file));
        config.setMaximumPoolSize(CONNECTIONS);
        try {
            return new HikariDataSource(config);
        } catch (RuntimeException e) {
            throw new StoreException(whyClosed(file, e), e);
        }
    }

    /** Returns the name of a database by its file, as H2 calls it. */
    static Path withoutSuffix(Path file) {
        String name = file.getFileName().toString();
        return file.resolveSibling(name.substring(0, name.length() - SUFFIX.length()));
    }

    static String url(Path file) {
        return "jdbc:h2:file:" + file + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;DB_CLOSE_DELAY=0;QUERY_CACHE_SIZE="
                + STATEMENTS;
    }

    static String whyClosed(Path file, RuntimeException failure) {
        Optional<SQLException> cause = Stream.iterate((Throwable) failure, Objects::nonNull, Throwable::getCause)
                .filter(SQLException.class::isInstance)
                .map(SQLException.class::cast)
                .findFirst();
        if (cause.map(SQLException::getErrorCode).filter(IN_USE::equals).isPresent()) {
            return "Can't open the database %s.mv.db; is another gantry server using %s?"
                    .formatted(file, file.getParent());
        }
        String why = String.valueOf(cause.map(Throwable::getMessage).orElseGet(failure::getMessage));
        return "Can't open the database %s.mv.db (%s). If it is damaged, put the newest whole copy of it in its place; if there is"
                        .formatted(file, why.lines().findFirst().orElse(""))
                + " none, move it away and start once with --accept-lost-writes, to begin with an empty one";
    }
}
