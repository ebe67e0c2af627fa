package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.client.StoredVariable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry var get}: one variable with its values. */
@Command(name = "get", description = "Shows a variable with its values.")
final class VarGetCommand extends ClientCommand {

    @Parameters(paramLabel = "PATH", description = "The variable's path.")
    private String path;

    @Option(
            names = "--item",
            paramLabel = "KEY",
            description = "Prints the value of this key as it is, and nothing else.")
    private String item;

    @Mixin
    private JsonOption json;

    VarGetCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        StoredVariable variable = client.variables().get(path);
        if (item == null) {
            json.print(context(), VariableView.message(variable), () -> VariableView.whole(variable));
            return GantryCli.DONE;
        }
        String value = variable.items().get(item);
        if (value == null) {
            throw new CommandFailedException("Variable \"%s\" has no key \"%s\"; it has %s"
                    .formatted(
                            path,
                            item,
                            TextFormat.list(
                                    variable.items().keySet().stream().sorted().toList())));
        }
        print(value);
        return GantryCli.DONE;
    }
}
