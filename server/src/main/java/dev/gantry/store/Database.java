package dev.gantry.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    private final DSLContext dsl;

    private Database(HikariDataSource pool) {
        this.pool = pool;
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
            Flyway.configure().dataSource(pool).load().migrate();
        } catch (RuntimeException e) {
            pool.close();
            throw new StoreException("Can't bring the database " + file + ".mv.db to this version's schema", e);
        }
        return new Database(pool);
    }

    DSLContext dsl() {
        return dsl;
    }

    /** Forces all that was committed to the disk: H2's own commit hands it to the operating system only. */
    void sync() {
        dsl.execute("CHECKPOINT SYNC");
    }

    @Override
    public void close() {
        pool.close();
    }

    /** For its owner only: jobs hold what their tasks must keep secret. */
    private static Path createDirectory(Path dataDir) {
        try {
            return Files.createDirectories(dataDir.toAbsolutePath(), OWNER_ONLY);
        } catch (IOException e) {
            throw new StoreException("Can't create the data directory " + dataDir + "; choose another one", e);
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
