package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.AclPolicy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry acl policy read}: one policy. */
@Command(name = "read", description = "Shows a policy, as a file that can be applied.")
final class AclPolicyReadCommand extends ClientCommand {

    @Parameters(paramLabel = "NAME", description = "The policy's name.")
    private String name;

    @Mixin
    private JsonOption json;

    AclPolicyReadCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        AclPolicy policy = client.acl().policy(name);
        json.print(context(), policy, () -> AclView.hcl(policy));
        return GantryCli.DONE;
    }
}
