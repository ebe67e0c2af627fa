package dev.gantry.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.flywaydb.core.Flyway;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;

/** The H2 database in a server's data directory: opened, brought to this version's schema, and closed. */
final class Database implements AutoCloseable {

    private static final int CONNECTIONS = 10;

    /** More than there are, so that a connection parses none of them twice. */
    private static final int STATEMENTS = 256;

    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final HikariDataSource pool;
    private final FileChannel file;
    private final DSLContext dsl;

    private Database(HikariDataSource pool, FileChannel file) {
        this.pool = pool;
        this.file = file;
        Settings settings = new Settings()
                .withRenderSchema(false)
                .withRenderQuotedNames(RenderQuotedNames.NEVER)
                .withExecuteLogging(false);
        this.dsl = DSL.using(pool, SQLDialect.H2, settings);
    }

    static Database open(Path dataDir) {
        Path file = createDirectory(dataDir).resolve("gantry");
        HikariDataSource pool = connect(file);
        try {
            migrate(pool, file);
            return new Database(pool, openFile(file));
        } catch (StoreException e) {
            pool.close();
            throw e;
        }
    }

    DSLContext dsl() {
        return dsl;
    }

    /**
     * Forces all that was committed to the disk: H2's own commit hands it to the operating system only. H2's {@code
     * CHECKPOINT SYNC} does the same, but writes out what a transaction on another thread has changed so far, too.
     */
    void sync() {
        try {
            file.force(false);
        } catch (IOException e) {
            throw new StoreException("The disk does not take what was written to the database", e);
        }
    }

    @Override
    public void close() {
        pool.close();
        try {
            // Not before: H2's lock on the file is the process's, and goes with any of its openings.
            file.close();
        } catch (IOException e) {
            throw new StoreException("Can't close the database's file", e);
        }
    }

    /** For its owner only: jobs hold what their tasks must keep secret. */
    private static Path createDirectory(Path dataDir) {
        try {
            return Files.createDirectories(dataDir.toAbsolutePath(), OWNER_ONLY);
        } catch (IOException e) {
            throw new StoreException("Can't create the data directory " + dataDir + "; choose another one", e);
        }
    }

    private static void migrate(HikariDataSource pool, Path file) {
        try {
            Flyway.configure().dataSource(pool).load().migrate();
        } catch (RuntimeException e) {
            throw new StoreException("Can't bring the database " + file + ".mv.db to this version's schema", e);
        }
    }

    private static FileChannel openFile(Path file) {
        Path data = file.resolveSibling(file.getFileName() + ".mv.db");
        try {
            return FileChannel.open(data, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new StoreException("Can't open the database's file " + data + " to force it to disk", e);
        }
    }

    private static HikariDataSource connect(Path file) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("store");
        config.setJdbcUrl("jdbc:h2:file:" + file
                + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;DB_CLOSE_DELAY=0;QUERY_CACHE_SIZE=" + STATEMENTS);
        config.setMaximumPoolSize(CONNECTIONS);
        try {
            return new HikariDataSource(config);
        } catch (RuntimeException e) {
            throw new StoreException(
                    "Can't open the database " + file + ".mv.db; is another gantry server using " + file.getParent()
                            + "?",
                    e);
        }
    }
}
