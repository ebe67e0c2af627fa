package dev.gantry.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.h2.api.ErrorCode;
import org.h2.engine.Constants;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.DefaultExecuteListenerProvider;

/** Opens, migrates and closes the H2 database in a server's data directory. */
final class Database implements AutoCloseable {

    // The most connections to the database.
    private static final int CONNECTIONS = 10;

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

    /** The isolation level of transactions whose queries, of all tables, see the state of the first one. */
    static final int SNAPSHOT_ISOLATION = Constants.TRANSACTION_SNAPSHOT;

    private static final Integer IN_USE = ErrorCode.DATABASE_ALREADY_OPEN_1;

    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_EXECUTE);

    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path path;
    private final boolean isUpgraded;
    private final StoreHealth health = new StoreHealth();
    private final PooledConnections connections = new PooledConnections(health);
    private final DSLContext dsl;

    /**
     * The channel that forces the file to disk. Only the writer's thread replaces it, and only while no other thread
     * forces the file.
     */
    private volatile FileChannel file;

    private Database(Path path, boolean isUpgraded) {
        this.path = path;
        this.isUpgraded = isUpgraded;
        Settings settings = new Settings()
                .withRenderSchema(false)
                .withRenderQuotedNames(RenderQuotedNames.NEVER)
                .withExecuteLogging(false);
        this.dsl = DSL.using(new DefaultConfiguration()
                .set(connections)
                .set(SQLDialect.H2)
                .set(settings)
                .set(new DefaultExecuteListenerProvider(connections)));
    }

    /**
     * Opens the database in a directory, creates it if it is missing, and migrates it.
     *
     * @throws StoreException if the database cannot be opened or migrated
     */
    static Database open(Path dataDir) {
        Path directory = createDirectory(dataDir);
        boolean isUpgraded = SchemaUpgrade.run(directory);
        Database database = new Database(withoutSuffix(DatabaseCheck.file(directory)), isUpgraded);
        HikariDataSource pool = connect(database.path);
        try {
            database.use(pool);
            return database;
        } catch (StoreException e) {
            pool.close();
            throw e;
        }
    }

    /** Returns true if the database was created, or its schema changed, when it was opened. */
    boolean isUpgraded() {
        return isUpgraded;
    }

    /** Returns the entry to jOOQ for statements outside of a transaction. */
    DSLContext dsl() {
        return dsl;
    }

    /** Returns reads of whole tables. */
    TableReads reads() {
        return new TableReads(() -> DriverManager.getConnection(url(path) + ";LAZY_QUERY_EXECUTION=TRUE"));
    }

    /** Returns the health of the store. */
    StoreHealth health() {
        return health;
    }

    /** Registers a listener that is called when a query fails in a way that suggests that the database is broken. */
    void onSuspicion(Runnable told) {
        connections.onSuspicion(told);
    }

    /** Replaces idle connections now, and connections in use when they are returned. */
    void renewConnections() {
        connections.renew();
    }

    /** Closes the connections of a database that has closed itself; queries fail from now on. May take some seconds. */
    void abandon() {
        connections.close();
    }

    /**
     * Opens the database again after {@link #abandon}. No thread may be forcing it to disk.
     *
     * @throws StoreException if it cannot be opened, or if the disk is too full to write
     */
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
            use(pool);
        } catch (StoreException e) {
            pool.close();
            throw e;
        }
    }

    private void use(HikariDataSource pool) {
        file = openFile(path);
        connections.use(pool);
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
    void sync() {
        try {
            file.force(false);
        } catch (IOException e) {
            throw new StoreException("The disk can't be forced to store the writes of the database", e);
        }
    }

    @Override
    public void close() {
        connections.close();
        try {
            // H2 has tidied up; a checksum of the file must not be on the disk before the file is.
            file.force(true);
            // Not earlier: the process holds H2's lock, and closing any channel of the file releases it.
            file.close();
        } catch (IOException e) {
            throw new StoreException("Can't close the database's file", e);
        }
    }

    /**
     * Creates the directory for its owner only: jobs may contain secrets of their tasks. A directory that exists keeps
     * the permissions of its group.
     */
    static Path createDirectory(Path dataDir) {
        try {
            Path directory = Files.createDirectories(dataDir.toAbsolutePath(), OWNER_ONLY);
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
            if (permissions.removeAll(OTHERS)) {
                Files.setPosixFilePermissions(directory, permissions);
            }
            return directory;
        } catch (IOException e) {
            throw new StoreException(
                    "Can't create the data directory " + dataDir + ", or close it to other users; choose another one",
                    e);
        }
    }

    private static FileChannel openFile(Path file) {
        Path data = file.resolveSibling(file.getFileName() + ".mv.db");
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
        return file.resolveSibling(name.substring(0, name.length() - ".mv.db".length()));
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
