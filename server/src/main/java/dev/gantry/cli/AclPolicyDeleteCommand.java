package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code gantry acl policy delete}: deletes a policy. */
@Command(name = "delete", description = "Deletes a policy. Tokens that name it lose what it allowed.")
final class AclPolicyDeleteCommand extends ClientCommand {

    @Parameters(paramLabel = "NAME", description = "The policy's name.")
    private String name;

    AclPolicyDeleteCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        client.acl().deletePolicy(name);
        print("==> Policy \"%s\" is deleted".formatted(name));
        return GantryCli.DONE;
    }
}
