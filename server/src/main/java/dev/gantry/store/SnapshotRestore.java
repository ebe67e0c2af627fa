package dev.gantry.store;

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
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jooq.SQLDialect;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;

/**
 * Makes the database of a data directory from a snapshot. The tables get the snapshot's schema first and this program's after
 * that, so that a snapshot of an older version is upgraded as its database would have been.
 */
public final class SnapshotRestore {

    private static final Settings SETTINGS =
            new Settings().withRenderSchema(false).withRenderQuotedNames(RenderQuotedNames.NEVER);

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
    public record Restored(SnapshotSummary summary, String clusterId) {}

    /**
     * Makes the database. No server may use the directory.
     *
     * @param snapshot the snapshot file
     * @param dataDir the directory, which has no database; made if it is missing
     * @param keepsClusterId true if nothing was written to the cluster after the snapshot, so that the database is the
     *     cluster's next. Otherwise it counts as another cluster's, and each node refuses its server until an operator
     *     confirms it: the nodes may run what was placed after the snapshot
     * @return what was restored
     * @throws SnapshotException if the file is no whole snapshot, or is a newer program's; nothing was made
     * @throws StoreException if there is a database, or if none can be made
     * @throws IOException if the snapshot can't be read, or the database not be written
     */
    public static Restored run(Path snapshot, Path dataDir, boolean keepsClusterId)
            throws SnapshotException, IOException {
        return new SnapshotRestore(snapshot, DataDirectory.create(dataDir), keepsClusterId).run();
    }

    private Restored run() throws SnapshotException, IOException {
        Path file = DatabaseCheck.file(directory);
        Loading loading = new Loading();
        try {
            DatabaseReplacement.run(directory, copy -> {
                // Under the lock, so that no other process makes one meanwhile.
                if (Files.exists(file)) {
                    throw new StoreException(
                            "There is a database already: %s. A snapshot is restored into a directory without one: move"
                                            .formatted(file)
                                    + " the whole directory away if it is not needed");
                }
                loading.run(copy);
                // Before the database is there: it must not have an index that this file does not know of.
                AcknowledgedFile.keep(
                                AcknowledgedFile.in(directory),
                                new AcknowledgedFile.Content(
                                        loading.clusterId, loading.header().getIndex(), 0, Optional.empty()))
                        .close();
                return true;
            });
        } catch (UnusableException e) {
            throw e.fault;
        }
        return new Restored(loading.summary.orElseThrow(), loading.clusterId);
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

    /** Loads the snapshot into a file. */
    private final class Loading {

        private String clusterId = "";
        private Optional<SnapshotSummary> summary = Optional.empty();

        SnapshotHeader header() {
            return summary.orElseThrow().getHeader();
        }

        void run(Path copy) throws IOException {
            String url = H2Database.url(H2Database.withoutSuffix(copy));
            try (Connection connection = DriverManager.getConnection(url)) {
                connection.setAutoCommit(false);
                Rows rows = new Rows(url, connection);
                summary = Optional.of(SnapshotFile.read(snapshot, rows));
                clusterId = keepsClusterId
                        ? header().getClusterId()
                        : UUID.randomUUID().toString();
                rows.inserts.end(header(), clusterId);
                connection.commit();
            } catch (SnapshotException e) {
                throw new UnusableException(e);
            } catch (SQLException e) {
                throw new StoreException("Can't make the database from the snapshot: " + e.getMessage(), e);
            }
            SchemaUpgrade.flyway(copy).migrate();
        }
    }

    /** Inserts what the snapshot has. */
    private static final class Rows implements SnapshotFile.Reader {

        private final String url;
        private final Connection connection;
        private SnapshotInserts inserts;

        Rows(String url, Connection connection) {
            this.url = url;
            this.connection = connection;
        }

        @Override
        public void begin(SnapshotHeader header) throws SnapshotException {
            FluentConfiguration migrations = Flyway.configure().dataSource(url, "", "");
            boolean isKnown = Arrays.stream(migrations.load().info().all())
                    .map(MigrationInfo::getVersion)
                    .anyMatch(version -> version != null && version.getVersion().equals(header.getSchemaVersion()));
            if (!isKnown) {
                throw new SnapshotException(
                        "has schema %s, which this version of Gantry does not know: use version %s or newer"
                                .formatted(header.getSchemaVersion(), header.getServerVersion()));
            }
            migrations.target(header.getSchemaVersion()).load().migrate();
            inserts = new SnapshotInserts(DSL.using(connection, SQLDialect.H2, SETTINGS));
        }

        @Override
        public void rows(SnapshotRows rows) throws SnapshotException {
            inserts.insert(rows);
            try {
                // One large transaction would fill the memory. The file is thrown away if the rest fails.
                connection.commit();
            } catch (SQLException e) {
                throw new StoreException("Can't write the database: " + e.getMessage(), e);
            }
        }
    }
}
