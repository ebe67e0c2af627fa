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
 * Encodes and decodes the file of an allocation. The file is a {@link DesiredState} of that allocation with two unknown
 * fields, which other versions of the node ignore: the use of the restart policies, and, as the last field, a checksum
 * of all bytes before it. Without a checksum, a changed byte could leave a file that can still be parsed.
 */
final class AllocationFile {

    /** The field of a {@link Struct} with the {@link RestartWindow} of each task. */
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
            throw new IllegalStateException("The array has room for the checksum", e);
        }
        return sealed;
    }

    /**
     * Decodes a file. A file of an older version has no checksum.
     *
     * @throws InvalidProtocolBufferException if the file has no allocation, or has changed since it was written
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

    /** Writes a number. A double represents milliseconds since 1970 exactly. */
    private static Value number(long number) {
        return Value.newBuilder().setNumberValue((double) number).build();
    }

    private static Optional<Long> number(Map<String, Value> fields, String name) {
        return Optional.ofNullable(fields.get(name)).map(value -> (long) value.getNumberValue());
    }
}
