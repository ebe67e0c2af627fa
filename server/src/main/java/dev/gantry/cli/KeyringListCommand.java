package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.VariableKey;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code gantry operator keyring list}: the keys of variables. */
@Command(name = "list", description = "Shows the ids of the keys of variables, and how many variables each encrypts.")
final class KeyringListCommand extends ClientCommand {

    @Mixin
    private JsonOption json;

    KeyringListCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        List<VariableKey> keys = client.variables().keys();
        json.print(context(), keys, () -> VariableView.keys(keys));
        return GantryCli.DONE;
    }
}
