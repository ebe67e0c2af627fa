package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.client.StoredVariable;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry var put}: stores a variable. */
@Command(
        name = "put",
        description =
                "Stores a variable, in place of the one with its path. All users of a machine can read the arguments"
                        + " of its processes: give secrets in files or on standard input.")
final class VarPutCommand extends ClientCommand {

    @Parameters(index = "0", paramLabel = "PATH", description = "The variable's path, such as jobs/web.")
    private String path;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "ITEM",
            description =
                    "KEY=VALUE, KEY=@FILE, KEY=- (standard input), or - (a JSON object on standard input). \\@ and \\-"
                            + " begin a value that is meant as it stands.")
    private List<String> items;

    @Option(
            names = "--check-index",
            paramLabel = "INDEX",
            description = "Stores only if the variable has this modify index; 0: only if there is none.")
    private Long checkIndex;

    @Mixin
    private JsonOption json;

    VarPutCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        Map<String, String> values =
                VariableItems.read(items, context().console().in());
        StoredVariable stored = checkIndex == null
                ? client.variables().put(path, values)
                : client.variables().put(path, values, checkIndex);
        json.print(
                context(),
                VariableView.message(stored),
                () -> List.of("==> Variable \"%s\" is stored, modify index %d"
                        .formatted(stored.path(), stored.modifyIndex())));
        return GantryCli.DONE;
    }
}
