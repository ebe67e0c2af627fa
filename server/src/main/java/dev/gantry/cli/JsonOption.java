package dev.gantry.cli;

import com.google.protobuf.Message;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** {@code --json} and {@code -t}: print the server's response as JSON, or by a template of the JSON. */
final class JsonOption {

    @Option(names = "--json", description = "Prints the protocol's JSON; of a list, an array.")
    private boolean json;

    @Option(
            names = "-t",
            paramLabel = "TEMPLATE",
            description = "Prints what a template in Go's language makes of the JSON, such as '{{.status}}'.")
    private JsonTemplate template;

    /** Prints a message as JSON, or the lines for people. */
    void print(CliContext context, Message message, Supplier<List<String>> lines) {
        print(context, () -> ProtoJson.of(message), lines);
    }

    /** Prints messages as JSON, or the lines for people. */
    void print(CliContext context, List<? extends Message> messages, Supplier<List<String>> lines) {
        print(context, () -> ProtoJson.of(messages), lines);
    }

    /** Returns true if programs read the output. */
    boolean isGiven() {
        return json || template != null;
    }

    private void print(CliContext context, Supplier<String> message, Supplier<List<String>> lines) {
        if (template != null) {
            // As in Nomad, the template says where lines end, but for the last one.
            context.print(template.render(message.get()));
        } else if (json) {
            context.print(message.get());
        } else {
            lines.get().forEach(context::print);
        }
    }
}
