package dev.gantry.cli;

import com.google.protobuf.Message;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** {@code --json}: prints the server's response as JSON. */
final class JsonOption {

    @Option(names = "--json", description = "Prints the protocol's JSON; of a list, an array.")
    private boolean json;

    /** Prints a message as JSON, or the lines for people. */
    void print(CliContext context, Message message, Supplier<List<String>> lines) {
        print(context, () -> ProtoJson.of(message), lines);
    }

    /** Prints messages as JSON, or the lines for people. */
    void print(CliContext context, List<? extends Message> messages, Supplier<List<String>> lines) {
        print(context, () -> ProtoJson.of(messages), lines);
    }

    /** Returns true if JSON is to be printed. */
    boolean isGiven() {
        return json;
    }

    private void print(CliContext context, Supplier<String> message, Supplier<List<String>> lines) {
        if (json) {
            context.print(message.get());
        } else {
            lines.get().forEach(context::print);
        }
    }
}
