package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.client.StoredVariable;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry var list}: variables without their values. */
@Command(name = "list", description = "Shows variables, without their values.")
final class VarListCommand extends ClientCommand {

    @Parameters(arity = "0..1", paramLabel = "PREFIX", description = "The beginning of their paths. Default: all.")
    private String prefix = "";

    @Mixin
    private JsonOption json;

    VarListCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        List<StoredVariable> variables = client.variables().list(prefix).toList();
        json.print(
                context(), variables.stream().map(VariableView::message).toList(), () -> VariableView.list(variables));
        return GantryCli.DONE;
    }
}
