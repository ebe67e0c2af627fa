package dev.gantry.store;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Which database a store opens.
 *
 * @param dataDir the data directory: of the H2 database, and of the file that tells which writes were acknowledged
 * @param postgres the database in PostgreSQL; empty: H2 in the data directory
 * @param acceptLostWrites true to open the database although it lacks acknowledged writes
 * @param server this server, which others are told while it may write
 */
public record StoreOptions(Path dataDir, Optional<PostgresAddress> postgres, boolean acceptLostWrites, Member server) {

    /**
     * Makes the options of an H2 database.
     *
     * @param dataDir its directory
     * @param acceptLostWrites true to open it although it lacks acknowledged writes
     * @return the options
     */
    public static StoreOptions embedded(Path dataDir, boolean acceptLostWrites) {
        return new StoreOptions(
                dataDir,
                Optional.empty(),
                acceptLostWrites,
                Member.unreachable("process " + ProcessHandle.current().pid()));
    }
}
