package dev.gantry.node.state;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import com.google.protobuf.Value;
import dev.gantry.model.Checksum;
import dev.gantry.v1.DesiredState;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How an allocation stands in its file: as a {@link DesiredState} of just that one, and beside it, in a field that the
 * protocol does not know and other versions of the node pass over, what only the node itself cares for. Another such field, the
 * last, is the checksum of all before it: a byte that has changed may leave a file that can be parsed.
 */
final class AllocationFile {

    /** Holds a {@link Struct}: for each task its {@link RestartWindow}. */
    private static final int RESTARTS_FIELD = 10_001;

    private static final int CHECKSUM_FIELD = 10_002;
    private static final int CHECKSUM_SIZE = CodedOutputStream.computeFixed32Size(CHECKSUM_FIELD, 0);

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
        return seal(content.build().toByteArray());
    }

    private static byte[] seal(byte[] content) {
        byte[] sealed = Arrays.copyOf(content, content.length + CHECKSUM_SIZE);
        try {
            CodedOutputStream.newInstance(sealed, content.length, CHECKSUM_SIZE)
                    .writeFixed32(CHECKSUM_FIELD, Checksum.of(content, content.length));
        } catch (IOException e) {
            throw new IllegalStateException("There is room for it", e);
        }
        return sealed;
    }

    /**
     * Reads a file. One of an older version has no checksum.
     *
     * @throws InvalidProtocolBufferException if that is no allocation, or has changed since it was written
     */
    static StoredAllocation decode(byte[] file) throws InvalidProtocolBufferException {
        DesiredState content = DesiredState.parseFrom(file);
        List<Integer> checksum =
                content.getUnknownFields().getField(CHECKSUM_FIELD).getFixed32List();
        if (!checksum.isEmpty() && checksum.get(0) != Checksum.of(file, file.length - CHECKSUM_SIZE)) {
            throw new InvalidProtocolBufferException("Its checksum is wrong: it has changed since it was written");
        }
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
