package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.Node;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code gantry node purge}: forgets a node that is gone for good. */
@Command(
        name = "purge",
        description = {
            "Forgets a node that is down, without waiting for the server's --node-gc-threshold. If its machine comes back,"
                    + " it joins as a new node.",
            ""
        })
final class NodePurgeCommand extends ClientCommand {

    @Parameters(paramLabel = "NODE", description = "The node's id, the begin of it, or its name.")
    private String nodeId;

    NodePurgeCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        Node node = client.nodes().purge(nodeId);
        print("==> Node \"%s\" (%s) is forgotten".formatted(node.getName(), TextFormat.shortId(node.getId())));
        return GantryCli.DONE;
    }
}
