package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.Node;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry node purge}: removes a node that does not come back. */
@Command(
        name = "purge",
        description = {
            "Removes a node that is down, before the server's --node-gc-threshold does. If its machine comes back, it"
                    + " joins as a new node.",
            ""
        })
final class NodePurgeCommand extends ClientCommand {

    @Parameters(paramLabel = "NODE", description = "The node's id, a prefix of it, or its name.")
    private String nodeId;

    @Mixin
    private JsonOption json;

    NodePurgeCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        Node node = client.nodes().purge(nodeId);
        json.print(
                context(),
                node,
                () -> List.of(
                        "==> Node \"%s\" (%s) is removed".formatted(node.getName(), TextFormat.shortId(node.getId()))));
        return GantryCli.DONE;
    }
}
