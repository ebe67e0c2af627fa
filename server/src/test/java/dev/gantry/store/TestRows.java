package dev.gantry.store;

import static dev.gantry.store.schema.Tables.ALLOCATED_PORT;

import dev.gantry.v1.AllocatedPort;
import java.nio.file.Path;
import java.util.List;
import org.jooq.CloseableDSLContext;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.impl.DSL;

/** Reads and changes rows of an open store for tests. Within one process, H2 shares a database between all connections. */
final class TestRows {

    private TestRows() {}

    /** Returns the taken ports of a node, in their order. */
    static List<AllocatedPort> takenPorts(Path dataDir, String nodeId) {
        try (var database = open(dataDir)) {
            database.settings().withRenderQuotedNames(RenderQuotedNames.NEVER);
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

    /** Executes a statement beside the store. */
    static void execute(Path dataDir, String statement) {
        try (var database = open(dataDir)) {
            database.execute(statement);
        }
    }

    private static CloseableDSLContext open(Path dataDir) {
        return DSL.using("jdbc:h2:file:" + dataDir.resolve("gantry"));
    }
}
