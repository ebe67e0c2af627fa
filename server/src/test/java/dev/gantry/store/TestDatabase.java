package dev.gantry.store;

import static dev.gantry.store.schema.Tables.ALLOCATED_PORT;

import dev.gantry.v1.AllocatedPort;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jooq.CloseableDSLContext;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.impl.DSL;

/** The databases that a test runs with. Each data directory has a database of its own. */
public enum TestDatabase {
    H2 {
        @Override
        public StoreOptions options(Path dataDir) {
            return StoreOptions.embedded(dataDir, false);
        }

        /** Within one process, H2 shares a database between all connections. */
        @Override
        CloseableDSLContext connect(Path dataDir) {
            return plain(DSL.using("jdbc:h2:file:" + dataDir.resolve("gantry")));
        }
    },
    POSTGRESQL {
        @Override
        public StoreOptions options(Path dataDir) {
            return new StoreOptions(
                    dataDir,
                    Optional.of(TestPostgres.get().database(name(dataDir))),
                    false,
                    Member.unreachable("the server of " + dataDir));
        }

        @Override
        CloseableDSLContext connect(Path dataDir) {
            PostgresAddress address = TestPostgres.get().database(name(dataDir));
            return plain(DSL.using(address.url(), address.properties()));
        }

        private static String name(Path dataDir) {
            String path = dataDir.toAbsolutePath().toString();
            return "test_"
                    + UUID.nameUUIDFromBytes(path.getBytes(StandardCharsets.UTF_8))
                            .toString()
                            .replace('-', '_');
        }
    };

    /** Returns what a store of a data directory opens. */
    public abstract StoreOptions options(Path dataDir);

    /** Opens a connection beside the store. */
    abstract CloseableDSLContext connect(Path dataDir);

    /** Opens the store of a data directory. */
    Store open(Path dataDir) {
        return Store.open(options(dataDir));
    }

    /** Opens the database of a data directory as a store does. */
    OpenedDatabase openDatabase(Path dataDir) {
        StoreOptions options = options(dataDir);
        return options.postgres()
                .map(address -> PostgresDatabase.open(address, options))
                .orElseGet(() -> H2Database.open(dataDir, false, options.server()));
    }

    /** Returns a connection that names tables as the store does. */
    private static CloseableDSLContext plain(CloseableDSLContext connected) {
        connected.settings().withRenderQuotedNames(RenderQuotedNames.NEVER).withRenderSchema(false);
        return connected;
    }

    /** Executes a statement beside the store. */
    public void run(Path dataDir, String statement) {
        execute(dataDir, statement);
    }

    /** Returns the only value of a query beside the store. */
    public String text(Path dataDir, String query) {
        try (var database = connect(dataDir)) {
            return database.fetchSingle(query).get(0, String.class);
        }
    }

    /** Executes a statement beside the store. */
    void execute(Path dataDir, String statement, Object... values) {
        try (var database = connect(dataDir)) {
            database.execute(statement, values);
        }
    }

    /** Returns the taken ports of a node, in their order. */
    List<AllocatedPort> takenPorts(Path dataDir, String nodeId) {
        try (var database = connect(dataDir)) {
            return database.selectFrom(ALLOCATED_PORT)
                    .where(ALLOCATED_PORT.NODE_ID.eq(nodeId))
                    .orderBy(ALLOCATED_PORT.PORT)
                    .fetch(row -> AllocatedPort.newBuilder()
                            .setLabel(row.getLabel())
                            .setTask(row.getTask())
                            .setIp(row.getIp())
                            .setPort(row.getPort())
                            .build());
        }
    }
}
