package dev.gantry.store;

import static dev.gantry.store.schema.Tables.CLUSTER_INDEX;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.gantry.store.AcknowledgedFile.Content;
import dev.gantry.store.StoreHealth.Recovery;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A database in PostgreSQL. A commit is on disk when it returns: {@code synchronous_commit} is on for each connection.
 *
 * <p>PostgreSQL may be away for a while, and be another machine when it is back. No call waits for it without a limit:
 * connecting, each answer, each statement, each lock and each idle transaction have one.
 */
final class PostgresDatabase extends Database {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresDatabase.class);

    private static final Duration CONNECT = Duration.ofSeconds(5);

    /** Longer than a statement may take, so that the database has ended it before its connection is given up. */
    private static final Duration ANSWER = Duration.ofSeconds(60);

    private static final Duration STATEMENT = Duration.ofSeconds(50);

    private static final Duration LOCK = Duration.ofSeconds(10);

    /** The database ends a transaction of a server that was paused in it, and so frees the row of the lease. */
    private static final Duration IDLE_IN_TRANSACTION = WriterLease.LASTS;

    /** The limit of answers to a server that asks which one leads: it must know soon that it can't tell. */
    private static final Duration MEMBER_ANSWER = Duration.ofSeconds(5);

    /** Longer than who reads a snapshot may pause before it is cut off. */
    private static final Duration SNAPSHOT_PAUSE = Duration.ofSeconds(90);

    /**
     * The settings of each connection. {@code synchronous_commit} may also be {@code local}, {@code remote_write} or {@code
     * remote_apply}: each of them waits for the disk.
     */
    private static final String SETTINGS =
            """
            select
              set_config('statement_timeout', '%d', false),
              set_config('lock_timeout', '%d', false),
              set_config('idle_in_transaction_session_timeout', '%d', false),
              set_config('synchronous_commit', case current_setting('synchronous_commit')
                when 'off' then 'on' else current_setting('synchronous_commit') end, false)
            """.formatted(STATEMENT.toMillis(), LOCK.toMillis(), IDLE_IN_TRANSACTION.toMillis());

    /** Serialization failure, deadlock. */
    private static final Set<String> TO_REPEAT = Set.of("40001", "40P01");

    /**
     * Classes of states that say that the database can't be used now: no connection, resources such as disk space, an
     * operator, the system, an internal error.
     */
    private static final Set<String> OUTAGES = Set.of("08", "53", "57", "58", "XX");

    /**
     * Other states that say so: a transaction that may only read, on a replica; one that the database has ended because
     * this server was paused in it; a lock that was not free in time, such as that of a server that is paused.
     */
    private static final Set<String> OTHER_OUTAGES = Set.of("25006", "25P03", "55P03");

    private final PostgresAddress address;

    /** The newest migration when nothing was left to migrate; empty: not known. Set before other threads use this object. */
    private Optional<Integer> migrated = Optional.empty();

    private PostgresDatabase(PostgresAddress address) {
        super(SQLDialect.POSTGRES, PostgresDatabase::remedy);
        this.address = address;
    }

    /**
     * Opens the database after a check that it has all acknowledged writes, migrates it, and takes the lease.
     *
     * @throws StoreException if the database can't be reached, used or migrated, if it lacks acknowledged writes, or if
     *     another server writes to it
     */
    static OpenedDatabase open(PostgresAddress address, StoreOptions options) {
        PostgresDatabase database = prepare(address);
        try {
            return database.lead(options);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /**
     * Connects to a database and checks how it is set up, and whether it has to be migrated. Changes nothing, so that it can be
     * done while another server writes.
     *
     * @throws StoreException if the database can't be reached or used
     */
    static PostgresDatabase prepare(PostgresAddress address) {
        PostgresDatabase database = new PostgresDatabase(address);
        database.use(database.connect());
        try {
            database.checkServer();
            if (hasTables(database.dsl()) && flyway(address).info().pending().length == 0) {
                database.migrated = database.newestMigration();
            }
            return database;
        } catch (RuntimeException e) {
            database.close();
            throw e instanceof DataAccessException ? unusable(address, e) : e;
        }
    }

    /**
     * Takes the lease after a check that the database has all acknowledged writes, and migrates it if that is due.
     *
     * @return this database, which is open until that is closed
     * @throws StoreException as {@link #open}; the database stays prepared
     */
    OpenedDatabase lead(StoreOptions options) {
        Path directory = DataDirectory.create(options.dataDir());
        Optional<WriterLease> lease = Optional.empty();
        try {
            boolean isNew = !hasTables(dsl());
            boolean isForked = isForked(directory, isNew, options.acceptLostWrites());
            // Not while another server uses the tables as they are.
            lease = isNew ? Optional.empty() : Optional.of(lease(options.server(), isForked));
            endWrites();
            if (migrated.isEmpty() || !migrated.equals(newestMigration())) {
                migrate(address);
            }
            lease = lease.or(() -> Optional.of(lease(options.server(), isForked)));
            return new OpenedDatabase(this, lease.get(), isForked, new AllocationIndex());
        } catch (RuntimeException e) {
            lease.ifPresent(WriterLease::close);
            throw e instanceof DataAccessException ? unusable(address, e) : e;
        }
    }

    /**
     * Ends the transactions of the server that led before, which could not be committed any more. One that was paused, or
     * whose machine was lost, while it sent a part of a statement would otherwise keep the rows locked that it has changed:
     * PostgreSQL limits how long a transaction is idle, not how long it waits for the rest of a statement.
     */
    private void endWrites() {
        try {
            int ended = dsl().select(DSL.function("pg_terminate_backend", Boolean.class, DSL.field("activity.pid")))
                    .from("pg_stat_activity activity")
                    .where("activity.datname = current_database()")
                    .and("activity.usename = current_user")
                    .and("activity.application_name = current_setting('application_name')")
                    .and("activity.pid <> pg_backend_pid()")
                    .and(DSL.field("activity.pid")
                            .in(DSL.select(DSL.field("held.pid"))
                                    .from("pg_locks held")
                                    .join("pg_class changed")
                                    .on("changed.oid = held.relation")
                                    .where("held.mode = 'RowExclusiveLock'")
                                    .and(
                                            "changed.relnamespace = (select oid from pg_namespace where nspname = current_schema())")
                                    .and(DSL.field("changed.relname", String.class)
                                            .in(SnapshotTables.all().stream()
                                                    .map(Table::getName)
                                                    .toList()))))
                    .fetch()
                    .size();
            if (ended > 0) {
                LOG.warn("Ended {} transactions that the server which led before had left open", ended);
            }
        } catch (DataAccessException | StoreUnavailableException e) {
            LOG.warn(
                    "Can't end transactions that the server which led before may have left open ({}): rows that it has"
                            + " changed may stay locked until its connections end",
                    rootMessage(e));
        }
    }

    /** Returns the number of the migration that was run last. */
    private Optional<Integer> newestMigration() {
        return dsl().select(DSL.max(DSL.field(DSL.quotedName("installed_rank"), Integer.class)))
                .from(DSL.table(DSL.quotedName("flyway_schema_history")))
                .fetchOptional(0, Integer.class);
    }

    private static StoreException unusable(PostgresAddress address, RuntimeException failure) {
        return new StoreException(
                "Can't open the database at %s (%s)".formatted(address, rootMessage(failure)), failure);
    }

    private WriterLease lease(Member server, boolean startsAnew) {
        return WriterLease.takeShared(dsl(), server, health(), startsAnew);
    }

    private void checkServer() {
        requireSetting("server_encoding", "UTF8"::equals, "create the database with ENCODING 'UTF8' from template0");
        requireSetting(
                "transaction_read_only", "off"::equals, "it is a replica, or the role may only read: name the primary");
        requireSetting("synchronous_commit", value -> !value.equals("off"), "let the role set it");
        if (!setting("fsync").equals("on")) {
            LOG.warn(
                    "fsync is off in the PostgreSQL at {}: acknowledged writes are lost if its machine fails. Set fsync = on",
                    address);
        }
    }

    private void requireSetting(String name, Predicate<String> isUsable, String remedy) {
        String value = setting(name);
        if (!isUsable.test(value)) {
            throw new StoreException(
                    "The database at %s can't be used: its %s is %s; %s".formatted(address, name, value, remedy));
        }
    }

    private String setting(String name) {
        return dsl().select(DSL.function("current_setting", String.class, DSL.val(name)))
                .fetchSingle()
                .value1();
    }

    /** Returns true if a database has the tables that each server asks which one leads. */
    static boolean hasTables(DSLContext dsl) {
        return dsl.fetchExists(DSL.selectOne()
                .from("information_schema.columns")
                .where("table_schema = current_schema()")
                .and(DSL.field("table_name").eq(CLUSTER_INDEX.getName()))
                .and(DSL.field("column_name").eq(CLUSTER_INDEX.LEASE_SECRET.getName())));
    }

    /**
     * Checks that the database has what the data directory says was acknowledged, unless the loss is accepted.
     *
     * @throws StoreException if it has not: this server could never lead
     */
    void requireAcknowledged(StoreOptions options) {
        if (!options.acceptLostWrites()) {
            boolean unused = isForked(DataDirectory.create(options.dataDir()), !hasTables(dsl()), false);
        }
    }

    /** Compares the database with the file in the data directory; a server without such a file has nothing to compare. */
    private boolean isForked(Path directory, boolean isNew, boolean acceptLostWrites) {
        Path marker = AcknowledgedFile.in(directory);
        Optional<Content> known = AcknowledgedFile.read(marker);
        Optional<String> fault = known.flatMap(content -> isNew
                ? Optional.of(
                        "The database at %s is empty, although %s says that writes up to index %d were acknowledged"
                                .formatted(address, marker, content.index()))
                : AcknowledgedFile.missing("The database at " + address, found(), content, marker));
        if (known.isEmpty() && Files.exists(marker)) {
            LOG.warn(
                    "{} is damaged, so this start can't check whether the database at {} has all acknowledged writes."
                            + " The file is created again",
                    marker,
                    address);
        }
        if (fault.isPresent() && !acceptLostWrites) {
            throw new StoreException(
                    "%s. Nothing was changed. Name the database that has them, or restore its newest backup, and start again. To continue with"
                                    .formatted(fault.get())
                            + " the present state, start once with --accept-lost-writes: the database then counts as another cluster's,"
                            + " and each node refuses the server until gantry node rejoin");
        }
        fault.ifPresent(text -> LOG.warn("{}. The server starts all the same, because of --accept-lost-writes", text));
        return fault.isPresent();
    }

    private Content found() {
        return dsl().select(CLUSTER_INDEX.CLUSTER_ID, CLUSTER_INDEX.LAST_INDEX)
                .from(CLUSTER_INDEX)
                .fetchSingle(row -> new Content(row.value1(), row.value2(), 0, Optional.empty()));
    }

    /** Without the limits of statements: a migration may rewrite a table. PostgreSQL undoes one that fails. */
    static void migrate(PostgresAddress address) {
        try {
            flyway(address).migrate();
        } catch (FlywayException e) {
            throw new StoreException(
                    "Can't bring the database at %s to this version's schema (%s). The role must be able to create tables in its schema"
                            .formatted(address, e.getMessage().lines().collect(Collectors.joining(" "))),
                    e);
        }
    }

    private static Flyway flyway(PostgresAddress address) {
        return Flyway.configure()
                .dataSource(
                        address.url(),
                        address.user().orElse(null),
                        address.password().orElse(null))
                .jdbcProperties(Map.of("connectTimeout", seconds(CONNECT), "tcpKeepAlive", "true"))
                .locations("classpath:db/migration", "classpath:db/postgresql")
                .load();
    }

    /** Returns a connection without limits for statements, which the caller closes. */
    static Connection connectForLong(PostgresAddress address) throws SQLException {
        Properties properties = driverProperties();
        properties.remove("socketTimeout");
        return connect(address, properties);
    }

    /** Returns a connection whose statements end soon, which the caller closes. */
    static Connection connectForMember(PostgresAddress address) throws SQLException {
        Properties properties = driverProperties();
        properties.setProperty("socketTimeout", seconds(MEMBER_ANSWER));
        return connect(address, properties);
    }

    private static Connection connect(PostgresAddress address, Properties properties) throws SQLException {
        properties.putAll(address.properties());
        return DriverManager.getConnection(address.url(), properties);
    }

    @Override
    TableReads reads() {
        return new TableReads(() -> {
            Connection connection = connect(address, driverProperties());
            // Otherwise the driver reads a whole answer into memory.
            connection.setAutoCommit(false);
            return connection;
        });
    }

    @Override
    void beginSnapshot(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set local idle_in_transaction_session_timeout = " + SNAPSHOT_PAUSE.toMillis());
        }
    }

    @Override
    Optional<Path> file() {
        return Optional.empty();
    }

    @Override
    void sync() {}

    @Override
    boolean isToRepeat(Throwable failure) {
        return TO_REPEAT.contains(SqlStates.of(failure));
    }

    @Override
    boolean isOutage(Throwable failure) {
        return OUTAGES.contains(SqlStates.classOf(failure)) || OTHER_OUTAGES.contains(SqlStates.of(failure));
    }

    @Override
    boolean mayCommitUnanswered() {
        return true;
    }

    @Override
    String outage() {
        return "the database at %s can't be used now".formatted(address);
    }

    @Override
    void reopen() {
        abandon();
        use(connect());
    }

    @Override
    public void close() {
        abandon();
    }

    private HikariDataSource connect() {
        HikariConfig config = new HikariConfig();
        config.setPoolName("store");
        config.setJdbcUrl(address.url());
        address.user().ifPresent(config::setUsername);
        address.password().ifPresent(config::setPassword);
        config.setMaximumPoolSize(CONNECTIONS);
        config.setConnectionTimeout(2 * CONNECT.toMillis());
        config.setValidationTimeout(CONNECT.toMillis());
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        config.setConnectionInitSql(SETTINGS);
        config.setDataSourceProperties(driverProperties());
        try {
            return new HikariDataSource(config);
        } catch (RuntimeException e) {
            throw unusable(address, e);
        }
    }

    private static Properties driverProperties() {
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", "gantry-server");
        properties.setProperty("connectTimeout", seconds(CONNECT));
        properties.setProperty("loginTimeout", seconds(CONNECT));
        properties.setProperty("socketTimeout", seconds(ANSWER));
        properties.setProperty("tcpKeepAlive", "true");
        // One statement for up to 128 rows, instead of one for each.
        properties.setProperty("reWriteBatchedInserts", "true");
        return properties;
    }

    private static String seconds(Duration duration) {
        return Long.toString(duration.toSeconds());
    }

    /** Returns what the driver says of a failure, on one line. */
    static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && !(root instanceof SQLException)) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).lines().collect(Collectors.joining(" "));
    }

    private static String remedy(Recovery recovery) {
        return switch (recovery) {
            case REOPENING ->
                "make sure that PostgreSQL runs, can be reached and has free space; the server connects again by itself";
            case OPERATOR ->
                "find out whether PostgreSQL was restored, or replaced by a replica that lacks writes, then start the server again";
            case OTHER_LEADER -> StoreHealth.FOLLOWS;
            case RESTART -> StoreHealth.RESTARTED;
        };
    }
}
