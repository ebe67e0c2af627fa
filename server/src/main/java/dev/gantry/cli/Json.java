package dev.gantry.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import java.util.List;
import java.util.stream.Collectors;

/** The protocol's own JSON. Fields that hold nothing are there all the same, so that the shape is always one. */
final class Json {

    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().alwaysPrintFieldsWithNoPresence();

    private Json() {}

    /** One message. */
    static String of(MessageOrBuilder message) {
        try {
            return PRINTER.print(message);
        } catch (InvalidProtocolBufferException e) {
            // Only an Any of an unknown type can't be printed, and the protocol has none.
            throw new IllegalStateException("A message has no JSON", e);
        }
    }

    /** An array of messages. */
    static String of(List<? extends MessageOrBuilder> messages) {
        return messages.stream().map(Json::of).collect(Collectors.joining(",\n", "[", "]"));
    }
}
