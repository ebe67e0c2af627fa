package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.AclPolicy;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code gantry acl policy list}: all policies. */
@Command(name = "list", description = "Shows all policies.")
final class AclPolicyListCommand extends ClientCommand {

    @Mixin
    private JsonOption json;

    AclPolicyListCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        List<AclPolicy> policies = client.acl().policies().toList();
        json.print(context(), policies, () -> AclView.policies(policies));
        return GantryCli.DONE;
    }
}
