package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.AclToken;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code gantry acl token list}: all tokens. */
@Command(name = "list", description = "Shows all tokens, without their secrets.")
final class AclTokenListCommand extends ClientCommand {

    @Mixin
    private JsonOption json;

    AclTokenListCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        List<AclToken> tokens = client.acl().tokens().toList();
        json.print(context(), tokens, () -> AclView.tokens(tokens));
        return GantryCli.DONE;
    }
}
