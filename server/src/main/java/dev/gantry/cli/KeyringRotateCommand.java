package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.RotateVariableKeyResponse;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code gantry operator keyring rotate}: makes a new key for variables. */
@Command(
        name = "rotate",
        description =
                "Makes a new key for variables. The server then encrypts all variables again with it, and deletes the"
                        + " older keys.")
final class KeyringRotateCommand extends ClientCommand {

    @Mixin
    private JsonOption json;

    KeyringRotateCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        RotateVariableKeyResponse made = client.variables().rotateKey();
        json.print(
                context(),
                made,
                () -> List.of("==> Key %d is the primary key; the server encrypts %s again"
                        .formatted(made.getKey().getId(), TextFormat.count(made.getVariablesToEncrypt(), "variable"))));
        return GantryCli.DONE;
    }
}
