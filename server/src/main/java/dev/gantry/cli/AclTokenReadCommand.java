package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.AclToken;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry acl token read}: one token. */
@Command(name = "read", description = "Shows a token, without its secret.")
final class AclTokenReadCommand extends ClientCommand {

    @Parameters(paramLabel = "ACCESSOR", description = "The token's accessor id.")
    private String accessorId;

    @Mixin
    private JsonOption json;

    AclTokenReadCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        AclToken token = client.acl().token(accessorId);
        json.print(context(), token, () -> AclView.token(token));
        return GantryCli.DONE;
    }
}
