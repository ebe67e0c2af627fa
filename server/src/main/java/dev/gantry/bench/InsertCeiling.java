package dev.gantry.bench;

import com.google.protobuf.Timestamp;
import dev.gantry.model.ProtoTimes;
import dev.gantry.store.AllocationInserts;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.TaskPhase;
import dev.gantry.v1.TaskState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;

/**
 * Measures the upper limit of the database: only batches of inserted allocations, in commits that are forced to disk as
 * the store does. The throughput of the whole server is compared with it.
 */
final class InsertCeiling {

    private static final int ROWS_PER_COMMIT = 1000;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final long BEGIN_MILLIS = 1_700_000_000_000L;
    private static final String NODE_ID = new UUID(1, 1).toString();

    private InsertCeiling() {}

    /**
     * Inserts rows into a new database.
     *
     * @param directory the directory for the database
     * @param rows how many rows to insert
     * @return rows per second
     */
    static double measure(Path directory, long rows) {
        try (AllocationInserts database = AllocationInserts.create(directory.resolve("ceiling"))) {
            long started = System.nanoTime();
            for (long inserted = 0; inserted < rows; inserted += ROWS_PER_COMMIT) {
                long index = inserted / ROWS_PER_COMMIT + 1;
                int size = (int) Math.min(ROWS_PER_COMMIT, rows - inserted);
                database.insert(allocations(index, inserted, size));
            }
            return rows * NANOS_PER_SECOND / (System.nanoTime() - started);
        }
    }

    private static List<Allocation> allocations(long index, long first, int size) {
        return LongStream.range(first, first + size)
                .mapToObj(number -> allocation(index, id(number)))
                .toList();
    }

    /** Returns an allocation as large as the server's row of a running allocation. */
    private static Allocation allocation(long index, String id) {
        Timestamp time = ProtoTimes.toTimestamp(Instant.ofEpochMilli(BEGIN_MILLIS + index));
        return Allocation.newBuilder()
                .setId(id)
                .setName("bench-00000.group[100]")
                .setJobId("bench-00000")
                .setTaskGroup("group")
                .setIndex(100)
                .setNodeId(NODE_ID)
                .setNodeName("hollow-00000")
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_RUN)
                .setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)
                .addTaskStates(TaskState.newBuilder()
                        .setTask("task")
                        .setPhase(TaskPhase.TASK_PHASE_RUNNING)
                        .setStartTime(time))
                .setEvaluationId(id)
                .setCreateIndex(index)
                .setModifyIndex(index)
                .setCreateTime(time)
                .setModifyTime(time)
                .build();
    }

    /** Returns an id that counts up, as the server's ids do. */
    private static String id(long number) {
        return new UUID(number << Integer.SIZE, number).toString();
    }
}
