package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.DeleteAclPolicyResponse;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry acl policy delete}: deletes a policy. */
@Command(name = "delete", description = "Deletes a policy. Tokens that name it lose what it allowed.")
final class AclPolicyDeleteCommand extends ClientCommand {

    @Parameters(paramLabel = "NAME", description = "The policy's name.")
    private String name;

    @Mixin
    private JsonOption json;

    AclPolicyDeleteCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        client.acl().deletePolicy(name);
        json.print(
                context(),
                DeleteAclPolicyResponse.getDefaultInstance(),
                () -> List.of("==> Policy \"%s\" is deleted".formatted(name)));
        return GantryCli.DONE;
    }
}
