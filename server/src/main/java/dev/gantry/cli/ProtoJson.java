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
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Formats messages as protobuf's JSON. Unset fields are included, so that the structure is always the same. A time
 * outside of JSON's range, which an old database can hold, is shown as the nearest time in the range, as in tables.
 */
final class ProtoJson {

    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().alwaysPrintFieldsWithNoPresence();

    private static final Map<String, Character> OF_HTML =
            Map.of("\\u003c", '<', "\\u003e", '>', "\\u0026", '&', "\\u003d", '=', "\\u0027", '\'');

    private ProtoJson() {}

    /** Formats a message. */
    static String of(Message message) {
        try {
            return readable(PRINTER.print(withinRange(message)));
        } catch (InvalidProtocolBufferException e) {
            // Only an Any of an unknown type can't be printed, and the protocol has none.
            throw new IllegalStateException("A message has no JSON", e);
        }
    }

    /** Formats a job as a job file: without the fields that are not set. */
    static String jobFile(Job job) {
        try {
            return readable(JsonFormat.printer().print(job));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("A job has no JSON", e);
        }
    }

    /** Formats messages as an array. */
    static String of(List<? extends Message> messages) {
        return messages.stream().map(ProtoJson::of).collect(Collectors.joining(",\n", "[", "]"));
    }

    /** Writes the characters as they are that the printer escapes for pages of HTML. */
    private static String readable(String json) {
        StringBuilder text = new StringBuilder(json.length());
        int from = 0;
        for (int at = json.indexOf('\\'); at >= 0; at = json.indexOf('\\', at + 2)) {
            Character plain = at + 6 <= json.length() ? OF_HTML.get(json.substring(at, at + 6)) : null;
            if (plain != null) {
                text.append(json, from, at).append(plain.charValue());
                from = at + 6;
                at += 4;
            }
        }
        return text.append(json, from, json.length()).toString();
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
