package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.DeleteAclTokenResponse;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry acl token delete}: deletes a token. */
@Command(name = "delete", description = "Deletes a token. Its open streams end.")
final class AclTokenDeleteCommand extends ClientCommand {

    @Parameters(paramLabel = "ACCESSOR", description = "The token's accessor id.")
    private String accessorId;

    @Mixin
    private JsonOption json;

    AclTokenDeleteCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        client.acl().deleteToken(accessorId);
        json.print(
                context(),
                DeleteAclTokenResponse.getDefaultInstance(),
                () -> List.of("==> Token %s is deleted".formatted(accessorId)));
        return GantryCli.DONE;
    }
}
