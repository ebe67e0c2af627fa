package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.Node;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code gantry node eligibility}: allows or forbids new allocations on a node. */
@Command(
        name = "eligibility",
        description = "Allows or forbids new allocations on a node. Running allocations keep running.")
final class NodeEligibilityCommand extends ClientCommand {

    @Mixin
    private NodeParameter which;

    @ArgGroup(multiplicity = "1")
    private EnableOrDisable choice;

    @Mixin
    private JsonOption json;

    NodeEligibilityCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        boolean isEligible = choice.isEnable();
        Node node = client.nodes().setEligibility(which.find(client), isEligible);
        json.print(
                context(),
                node,
                () -> List.of("==> Node \"%s\" is %s for new allocations"
                        .formatted(node.getName(), isEligible ? "eligible" : "not eligible")));
        return GantryCli.DONE;
    }
}
