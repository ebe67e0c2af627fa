package dev.gantry.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flywaydb.core.Flyway;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the H2 database of an earlier version to this version's schema, or makes a new one. Works on a copy, which takes the
 * place of the database once it is whole. H2 can't undo changes of a schema: a migration of the database itself would leave
 * one that no version can use if it was killed, or if the disk was full.
 */
final class SchemaUpgrade {

    private static final Logger LOG = LoggerFactory.getLogger(SchemaUpgrade.class);

    private final Path file;

    private SchemaUpgrade(Path directory) {
        this.file = DatabaseCheck.file(directory);
    }

    /**
     * Upgrades the database in a directory, if it needs that. No connection to it may be open.
     *
     * @return true if a database of another schema, or none, was there
     * @throws StoreException if it can't be upgraded; it is as it was then
     */
    static boolean run(Path directory) {
        SchemaUpgrade upgrade = new SchemaUpgrade(directory);
        try {
            return upgrade.run();
        } catch (IOException e) {
            throw upgrade.failed(e);
        }
    }

    private boolean isPending() {
        try {
            return flyway(file).info().pending().length > 0;
        } catch (RuntimeException e) {
            throw new StoreException(H2Database.whyClosed(H2Database.withoutSuffix(file), e), e);
        }
    }

    private boolean run() throws IOException {
        return DatabaseReplacement.run(file.getParent(), copy -> {
            // Under the lock: another server may have made the database by now, and write to it.
            boolean isNew = Files.notExists(file);
            if (!isNew && !isPending()) {
                return false;
            }
            try {
                if (!isNew) {
                    LOG.info("Upgrades the database {} in a copy of {} bytes", file, Files.size(file));
                    Files.copy(file, copy);
                }
                flyway(copy).migrate();
                return true;
            } catch (IOException | RuntimeException e) {
                throw failed(e);
            }
        });
    }

    private StoreException failed(Exception cause) {
        return new StoreException(
                "Can't bring the database %s to this version's schema (%s). It is as it was; there must be space for a copy of it in %s"
                        .formatted(file, DatabaseCheck.firstLine(cause), file.getParent()),
                cause);
    }

    /** Returns the migrations of a database's file. */
    static Flyway flyway(Path file) {
        return Flyway.configure()
                .dataSource(H2Database.url(H2Database.withoutSuffix(file)), "", "")
                .load();
    }
}
