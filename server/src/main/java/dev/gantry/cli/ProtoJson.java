package dev.gantry.cli;

import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.Timestamps;
import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.Job;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Formats messages as protobuf's JSON. Unset fields are included, so that the structure is always the same. A time
 * outside of JSON's range, which an old database can hold, is shown as the nearest time in the range, as in tables.
 */
final class ProtoJson {

    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().alwaysPrintFieldsWithNoPresence();

    private ProtoJson() {}

    /** Formats a message. */
    static String of(Message message) {
        try {
            return PRINTER.print(withinRange(message));
        } catch (InvalidProtocolBufferException e) {
            // Only an Any of an unknown type can't be printed, and the protocol has none.
            throw new IllegalStateException("A message has no JSON", e);
        }
    }

    /** Formats a job as a job file: without the fields that are not set. */
    static String jobFile(Job job) {
        try {
            return JsonFormat.printer().print(job);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("A job has no JSON", e);
        }
    }

    /** Formats messages as an array. */
    static String of(List<? extends Message> messages) {
        return messages.stream().map(ProtoJson::of).collect(Collectors.joining(",\n", "[", "]"));
    }

    private static Message withinRange(Message message) {
        if (message instanceof Timestamp time) {
            return Timestamps.isValid(time) ? time : ProtoTimes.toTimestamp(ProtoTimes.toInstant(time));
        }
        Message.Builder shown = message.toBuilder();
        message.getAllFields().forEach((field, value) -> {
            if (field.getJavaType() == JavaType.MESSAGE && !field.isMapField()) {
                shown.setField(
                        field,
                        field.isRepeated()
                                ? ((List<?>) value)
                                        .stream()
                                                .map(one -> withinRange((Message) one))
                                                .toList()
                                : withinRange((Message) value));
            }
        });
        return shown.build();
    }
}
