package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.AclToken;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry acl token update}: changes a token. */
@Command(name = "update", description = "Changes the name or the policies of a token.")
final class AclTokenUpdateCommand extends ClientCommand {

    @Parameters(paramLabel = "ACCESSOR", description = "The token's accessor id.")
    private String accessorId;

    @Option(names = "--name", paramLabel = "NAME", description = "The new name. Default: as it is.")
    private String name;

    @Option(
            names = "--policy",
            paramLabel = "POLICY",
            description =
                    "A policy of the token; repeat it for several. They replace all policies that it has. Default:"
                            + " as they are.")
    private List<String> policies;

    @Mixin
    private JsonOption json;

    AclTokenUpdateCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        AclToken before = client.acl().token(accessorId);
        AclToken after = client.acl()
                .updateToken(
                        accessorId,
                        Optional.ofNullable(name).orElse(before.getName()),
                        Optional.ofNullable(policies).orElse(before.getPoliciesList()));
        json.print(context(), after, () -> AclView.token(after));
        return GantryCli.DONE;
    }
}
