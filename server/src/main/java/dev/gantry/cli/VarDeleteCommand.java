package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.DeleteVariableResponse;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    @Mixin
    private JsonOption json;

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
        json.print(
                context(),
                DeleteVariableResponse.getDefaultInstance(),
                () -> List.of("==> Variable \"%s\" is deleted".formatted(path)));
        return GantryCli.DONE;
    }
}
