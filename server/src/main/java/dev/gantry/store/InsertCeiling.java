package dev.gantry.store;

import static dev.gantry.store.schema.Tables.ALLOCATION;
import static dev.gantry.store.schema.Tables.JOB;
import static dev.gantry.store.schema.Tables.JOB_VERSION;
import static dev.gantry.store.schema.Tables.NODE;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import java.nio.file.Path;
import java.util.UUID;
import org.jooq.BatchBindStep;
import org.jooq.DSLContext;

/**
 * What the database could do at best: rows of allocations in batches, by nothing but inserts, in commits that are forced
 * to disk as the store's are. A measure to hold the whole server against.
 */
public final class InsertCeiling {

    private static final int ROWS_PER_COMMIT = 1000;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final byte[] NOTHING = {};

    private InsertCeiling() {}

    /**
     * Inserts rows into a new database.
     *
     * @param directory where to make it
     * @param rows how many
     * @return rows per second
     */
    public static double measure(Path directory, long rows) {
        try (Database database = Database.open(directory.resolve("ceiling"))) {
            insertParents(database.dsl());
            long started = System.nanoTime();
            for (long inserted = 0; inserted < rows; inserted += ROWS_PER_COMMIT) {
                long index = inserted / ROWS_PER_COMMIT + 1;
                int size = (int) Math.min(ROWS_PER_COMMIT, rows - inserted);
                long first = inserted;
                database.dsl().transaction(configuration -> insert(configuration.dsl(), index, first, size));
                database.sync();
            }
            return rows * NANOS_PER_SECOND / (System.nanoTime() - started);
        }
    }

    private static void insertParents(DSLContext dsl) {
        dsl.insertInto(JOB)
                .columns(
                        JOB.ID, JOB.VERSION, JOB.STOPPED, JOB.SPEC, JOB.CREATE_INDEX, JOB.MODIFY_INDEX, JOB.SUBMIT_TIME)
                .values("ceiling", 0L, false, NOTHING, 1L, 1L, 0L)
                .execute();
        dsl.insertInto(JOB_VERSION)
                .columns(
                        JOB_VERSION.JOB_ID,
                        JOB_VERSION.VERSION,
                        JOB_VERSION.SPEC,
                        JOB_VERSION.MODIFY_INDEX,
                        JOB_VERSION.SUBMIT_TIME)
                .values("ceiling", 0L, NOTHING, 1L, 0L)
                .execute();
        dsl.insertInto(NODE)
                .columns(NODE.ID, NODE.NAME, NODE.SECRET_HASH, NODE.STATUS, NODE.MODIFY_INDEX, NODE.MESSAGE)
                .values("ceiling", "ceiling", NOTHING, (short) 1, 1L, NOTHING)
                .execute();
    }

    private static void insert(DSLContext dsl, long index, long first, int size) {
        BatchBindStep batch = dsl.batch(dsl.insertInto(ALLOCATION)
                .columns(
                        ALLOCATION.ID,
                        ALLOCATION.JOB_ID,
                        ALLOCATION.JOB_VERSION,
                        ALLOCATION.NODE_ID,
                        ALLOCATION.CLIENT_STATUS,
                        ALLOCATION.CREATE_INDEX,
                        ALLOCATION.MODIFY_INDEX,
                        ALLOCATION.MESSAGE)
                .values((String) null, null, null, null, null, null, null, null));
        for (int i = 0; i < size; i++) {
            Allocation allocation = allocation(index, id(first + i));
            batch = batch.bind(
                    allocation.getId(),
                    allocation.getJobId(),
                    0L,
                    allocation.getNodeId(),
                    (short) allocation.getClientStatusValue(),
                    index,
                    index,
                    allocation.toByteArray());
        }
        batch.execute();
    }

    private static Allocation allocation(long index, String id) {
        return Allocation.newBuilder()
                .setId(id)
                .setName("ceiling.group[0]")
                .setJobId("ceiling")
                .setTaskGroup("group")
                .setNodeId("ceiling")
                .setNodeName("ceiling")
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_RUN)
                .setClientStatus(ClientStatus.CLIENT_STATUS_PENDING)
                .setEvaluationId(UUID.randomUUID().toString())
                .setCreateIndex(index)
                .setModifyIndex(index)
                .build();
    }

    /** As the server's: it counts up. */
    private static String id(long number) {
        UUID chance = UUID.randomUUID();
        return new UUID(number << Integer.SIZE, chance.getLeastSignificantBits()).toString();
    }
}
