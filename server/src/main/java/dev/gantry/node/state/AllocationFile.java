package dev.gantry.node.state;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import com.google.protobuf.Value;
import dev.gantry.v1.DesiredState;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How an allocation stands in its file: as a {@link DesiredState} of just that one, and beside it, in a field that the
 * protocol does not know and other versions of the node pass over, what only the node itself cares for.
 */
final class AllocationFile {

    /** Holds a {@link Struct}: for each task its {@link RestartWindow}. */
    private static final int RESTARTS_FIELD = 10_001;

    private AllocationFile() {}

    static byte[] encode(StoredAllocation stored) {
        DesiredState.Builder content =
                DesiredState.newBuilder().addAllocations(stored.allocation()).addJobs(stored.job());
        if (!stored.restarts().isEmpty()) {
            Struct.Builder restarts = Struct.newBuilder();
            stored.restarts().forEach((task, used) -> restarts.putFields(task, value(used)));
            Field field = Field.newBuilder()
                    .addLengthDelimited(restarts.build().toByteString())
                    .build();
            content.setUnknownFields(
                    UnknownFieldSet.newBuilder().addField(RESTARTS_FIELD, field).build());
        }
        return content.build().toByteArray();
    }

    /**
     * Reads a file.
     *
     * @throws InvalidProtocolBufferException if that is no allocation
     */
    static StoredAllocation decode(byte[] file) throws InvalidProtocolBufferException {
        DesiredState content = DesiredState.parseFrom(file);
        if (content.getAllocationsCount() != 1 || content.getJobsCount() != 1) {
            throw new InvalidProtocolBufferException("It holds %d allocations and %d jobs instead of one of each"
                    .formatted(content.getAllocationsCount(), content.getJobsCount()));
        }
        Map<String, RestartWindow> restarts = new HashMap<>();
        for (var bytes : content.getUnknownFields().getField(RESTARTS_FIELD).getLengthDelimitedList()) {
            Struct.parseFrom(bytes).getFieldsMap().forEach((task, used) -> restarts.put(task, window(used)));
        }
        return new StoredAllocation(content.getAllocations(0), content.getJobs(0), restarts);
    }

    private static Value value(RestartWindow used) {
        Struct.Builder fields = Struct.newBuilder()
                .putFields("restarts", number(used.restarts()))
                .putFields("begin", number(used.begin().toEpochMilli()));
        used.due().ifPresent(due -> fields.putFields("due", number(due.toEpochMilli())));
        return Value.newBuilder().setStructValue(fields).build();
    }

    private static RestartWindow window(Value value) {
        Map<String, Value> fields = value.getStructValue().getFieldsMap();
        return new RestartWindow(
                (int) number(fields, "restarts").orElse(0L).longValue(),
                Instant.ofEpochMilli(number(fields, "begin").orElse(0L)),
                number(fields, "due").map(Instant::ofEpochMilli));
    }

    /** Milliseconds since 1970 are well below what a double holds exactly. */
    private static Value number(long number) {
        return Value.newBuilder().setNumberValue((double) number).build();
    }

    private static Optional<Long> number(Map<String, Value> fields, String name) {
        return Optional.ofNullable(fields.get(name)).map(value -> (long) value.getNumberValue());
    }
}
