package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry var delete}: deletes a variable. */
@Command(name = "delete", description = "Deletes a variable.")
final class VarDeleteCommand extends ClientCommand {

    @Parameters(paramLabel = "PATH", description = "The variable's path.")
    private String path;

    @Option(
            names = "--check-index",
            paramLabel = "INDEX",
            description = "Deletes only if the variable has this modify index.")
    private Long checkIndex;

    VarDeleteCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        if (checkIndex == null) {
            client.variables().delete(path);
        } else {
            client.variables().delete(path, checkIndex);
        }
        print("==> Variable \"%s\" is deleted".formatted(path));
        return GantryCli.DONE;
    }
}
