package dev.gantry.store;

import static dev.gantry.store.schema.Tables.CLUSTER_INDEX;

import dev.gantry.snapshot.SnapshotException;
import dev.gantry.snapshot.SnapshotFile;
import dev.gantry.v1.SnapshotHeader;
import dev.gantry.v1.SnapshotRows;
import dev.gantry.v1.SnapshotSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/**
 * Makes the database of a data directory from a snapshot. The tables get the snapshot's schema first and this program's after
 * that, so that a snapshot of an older version is upgraded as its database would have been.
 */
public final class SnapshotRestore {

    private final Path snapshot;
    private final Path directory;
    private final boolean keepsClusterId;

    private SnapshotRestore(Path snapshot, Path directory, boolean keepsClusterId) {
        this.snapshot = snapshot;
        this.directory = directory;
        this.keepsClusterId = keepsClusterId;
    }

    /**
     * What was restored.
     *
     * @param summary what the snapshot has
     * @param clusterId the id of the cluster that the database is of now
     */
    public record Restored(SnapshotSummary summary, String clusterId) {

        private AcknowledgedFile.Content acknowledged() {
            return new AcknowledgedFile.Content(clusterId, summary.getHeader().getIndex(), 0, Optional.empty());
        }
    }

    /**
     * Makes the database. No server may use the directory.
     *
     * @param snapshot the snapshot file
     * @param dataDir the data directory; made if it is missing
     * @param postgres the database in PostgreSQL, which no server has used; empty: H2 in the data directory, which has none
     * @param keepsClusterId true if nothing was written to the cluster after the snapshot, so that the database is the
     *     cluster's next. Otherwise it counts as another cluster's, and each node refuses its server until an operator
     *     confirms it: the nodes may run what was placed after the snapshot
     * @return what was restored
     * @throws SnapshotException if the file is no whole snapshot, or is a newer program's; no rows were stored
     * @throws StoreException if there is a database, or if none can be made
     * @throws IOException if the snapshot can't be read, or the database not be written
     */
    public static Restored run(Path snapshot, Path dataDir, Optional<PostgresAddress> postgres, boolean keepsClusterId)
            throws SnapshotException, IOException {
        SnapshotRestore restore = new SnapshotRestore(snapshot, DataDirectory.create(dataDir), keepsClusterId);
        try {
            return postgres.isPresent() ? restore.intoPostgres(postgres.get()) : restore.intoFile();
        } catch (UnusableException e) {
            throw e.fault;
        } catch (SQLException e) {
            throw new StoreException("Can't make the database from the snapshot: " + e.getMessage(), e);
        }
    }

    private Restored intoFile() throws IOException, SQLException {
        Path file = DatabaseCheck.file(directory);
        List<Restored> made = new ArrayList<>();
        DatabaseReplacement.run(directory, copy -> {
            // Under the lock, so that no other process makes one meanwhile.
            if (Files.exists(file)) {
                throw new StoreException(
                        "There is a database already: %s. A snapshot is restored into a directory without one: move"
                                        .formatted(file)
                                + " the whole directory away if it is not needed");
            }
            Restored restored = intoFile(copy);
            // Before the database is there: it must not have an index that this file does not know of.
            acknowledge(restored);
            made.add(restored);
            return true;
        });
        return made.get(0);
    }

    private Restored intoFile(Path copy) throws IOException {
        String url = H2Database.url(H2Database.withoutSuffix(copy));
        Restored restored;
        try (Connection connection = DriverManager.getConnection(url)) {
            connection.setAutoCommit(false);
            // One large transaction would fill the memory. The file is thrown away if the rest fails.
            restored = new Loading(connection, SQLDialect.H2, migrations(url, new Properties()), connection::commit)
                    .run(() -> {});
            connection.commit();
        } catch (SQLException e) {
            throw new StoreException("Can't make the database from the snapshot: " + e.getMessage(), e);
        }
        SchemaUpgrade.flyway(copy).migrate();
        return restored;
    }

    private Restored intoPostgres(PostgresAddress address) throws IOException, SQLException {
        Restored restored;
        try (Connection connection = PostgresDatabase.connectForLong(address)) {
            connection.setAutoCommit(false);
            Unused unused = new Unused(DSL.using(connection, SQLDialect.POSTGRES, Database.settings()), address);
            unused.check();
            connection.commit();
            restored = new Loading(
                            connection, SQLDialect.POSTGRES, migrations(address.url(), address.properties()), () -> {})
                    .run(unused::lock);
            acknowledge(restored);
            connection.commit();
        }
        PostgresDatabase.migrate(address);
        return restored;
    }

    private static FluentConfiguration migrations(String url, Properties user) {
        return Flyway.configure()
                .dataSource(url, user.getProperty("user", ""), user.getProperty("password", ""))
                // Those of PostgreSQL alone, which run last.
                .ignoreMigrationPatterns("repeatable:missing");
    }

    /** Records the index, unless the file has a later one of the same cluster: the snapshot lacks writes then. */
    private void acknowledge(Restored restored) {
        AcknowledgedFile.read(AcknowledgedFile.in(directory))
                .filter(known -> known.clusterId().equals(restored.clusterId())
                        && known.index() > restored.acknowledged().index())
                .ifPresent(known -> {
                    throw new StoreException(
                            "The snapshot ends at index %d, and %s says that writes of its cluster up to index %d were acknowledged: restore it without --keep-cluster-id"
                                    .formatted(
                                            restored.acknowledged().index(),
                                            AcknowledgedFile.in(directory),
                                            known.index()));
                });
        AcknowledgedFile.keep(AcknowledgedFile.in(directory), restored.acknowledged())
                .close();
    }

    /** Makes sure that no server has used a database: a restore that has failed leaves tables without rows. */
    private record Unused(DSLContext dsl, PostgresAddress address) {

        void check() {
            boolean hasTables = dsl.fetchExists(DSL.selectOne()
                    .from("information_schema.tables")
                    .where("table_schema = current_schema()")
                    .and(DSL.field("table_name").eq(CLUSTER_INDEX.getName())));
            if (hasTables) {
                lock();
            }
        }

        /** Keeps servers away until the transaction ends. */
        void lock() {
            var index = dsl.select(CLUSTER_INDEX.LAST_INDEX, CLUSTER_INDEX.CLUSTER_ID)
                    .from(CLUSTER_INDEX)
                    .forUpdate()
                    .fetchSingle();
            if (index.value1() != 0 || !index.value2().isEmpty()) {
                throw new StoreException("The database at %s is used already, by cluster %s: restore into an empty one"
                        .formatted(address, index.value2()));
            }
        }
    }

    /** Work on a connection. */
    @FunctionalInterface
    private interface Step {
        void run() throws SQLException;
    }

    /** Carries a fault of the snapshot through the making of a file. */
    private static final class UnusableException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final SnapshotException fault;

        UnusableException(SnapshotException fault) {
            super(fault);
            this.fault = fault;
        }
    }

    /** Loads the snapshot into an empty database, whose tables it makes in the schema of the snapshot. */
    private final class Loading implements SnapshotFile.Reader {

        private final Connection connection;
        private final SQLDialect dialect;
        private final FluentConfiguration migrations;
        private final Step afterRows;
        private Step beforeRows = () -> {};
        private SnapshotInserts inserts;

        Loading(Connection connection, SQLDialect dialect, FluentConfiguration migrations, Step afterRows) {
            this.connection = connection;
            this.dialect = dialect;
            this.migrations = migrations;
            this.afterRows = afterRows;
        }

        /** Loads it. Leaves the last transaction open. */
        Restored run(Step before) throws IOException {
            beforeRows = before;
            try {
                SnapshotSummary summary = SnapshotFile.read(snapshot, this);
                String clusterId = keepsClusterId
                        ? summary.getHeader().getClusterId()
                        : UUID.randomUUID().toString();
                inserts.end(summary.getHeader(), clusterId);
                return new Restored(summary, clusterId);
            } catch (SnapshotException e) {
                throw new UnusableException(e);
            }
        }

        @Override
        public void begin(SnapshotHeader header) throws SnapshotException {
            boolean isKnown = Arrays.stream(migrations.load().info().all())
                    .map(MigrationInfo::getVersion)
                    .anyMatch(version -> version != null && version.getVersion().equals(header.getSchemaVersion()));
            if (!isKnown) {
                throw new SnapshotException(
                        "has schema %s, which this version of Gantry does not know: use version %s or newer"
                                .formatted(header.getSchemaVersion(), header.getServerVersion()));
            }
            Flyway flyway = migrations.target(header.getSchemaVersion()).load();
            flyway.migrate();
            String made = flyway.info().current().getVersion().getVersion();
            if (!made.equals(header.getSchemaVersion())) {
                throw new StoreException(
                        "The database has the empty tables of schema %s, and the snapshot has schema %s: make the database anew"
                                .formatted(made, header.getSchemaVersion()));
            }
            step(beforeRows);
            inserts = new SnapshotInserts(DSL.using(connection, dialect, Database.settings()));
        }

        @Override
        public void rows(SnapshotRows rows) throws SnapshotException {
            inserts.insert(rows);
            step(afterRows);
        }

        private static void step(Step step) {
            try {
                step.run();
            } catch (SQLException e) {
                throw new StoreException("Can't write the database: " + e.getMessage(), e);
            }
        }
    }
}
