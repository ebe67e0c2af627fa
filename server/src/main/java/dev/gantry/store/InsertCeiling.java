package dev.gantry.store;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;

/**
 * What the database could do at best: rows of allocations in batches, by nothing but inserts, in commits that are forced
 * to disk as the store's are. A measure to hold the whole server against.
 */
public final class InsertCeiling {

    private static final int ROWS_PER_COMMIT = 1000;
    private static final double NANOS_PER_SECOND = 1e9;

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
            Batches batches = new Batches(database.dsl());
            long started = System.nanoTime();
            for (long inserted = 0; inserted < rows; inserted += ROWS_PER_COMMIT) {
                long index = inserted / ROWS_PER_COMMIT + 1;
                int size = (int) Math.min(ROWS_PER_COMMIT, rows - inserted);
                long first = inserted;
                database.dsl()
                        .transaction(configuration ->
                                batches.insertAllocations(configuration.dsl(), allocations(index, first, size)));
                database.sync();
            }
            return rows * NANOS_PER_SECOND / (System.nanoTime() - started);
        }
    }

    private static List<Allocation> allocations(long index, long first, int size) {
        return LongStream.range(first, first + size)
                .mapToObj(number -> allocation(index, id(number)))
                .toList();
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
