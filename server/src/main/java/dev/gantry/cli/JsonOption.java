package dev.gantry.cli;

import com.google.protobuf.Message;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** {@code --json}: print what the server said instead of what people read. */
final class JsonOption {

    @Option(names = "--json", description = "Prints the protocol's JSON; of a list, an array.")
    private boolean json;

    /** Prints one message, or the lines that show it. */
    void print(CliContext context, Message message, Supplier<List<String>> lines) {
        print(context, () -> ProtoJson.of(message), lines);
    }

    /** Prints some messages, or the lines that show them. */
    void print(CliContext context, List<? extends Message> messages, Supplier<List<String>> lines) {
        print(context, () -> ProtoJson.of(messages), lines);
    }

    private void print(CliContext context, Supplier<String> message, Supplier<List<String>> lines) {
        if (json) {
            context.print(message.get());
        } else {
            lines.get().forEach(context::print);
        }
    }
}
