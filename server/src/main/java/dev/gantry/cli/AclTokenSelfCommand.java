package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.AclToken;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code gantry acl token self}: the token of this call. */
@Command(name = "self", description = "Shows the token that the commands of this shell use.")
final class AclTokenSelfCommand extends ClientCommand {

    @Mixin
    private JsonOption json;

    AclTokenSelfCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        AclToken token = client.acl().ownToken();
        json.print(context(), token, () -> AclView.token(token));
        return GantryCli.DONE;
    }
}
