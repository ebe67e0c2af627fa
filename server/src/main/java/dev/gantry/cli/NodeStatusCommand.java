package dev.gantry.cli;

import dev.gantry.client.AllocationQuery;
import dev.gantry.client.GantryClient;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Node;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry node status}: all nodes, or one. */
@Command(name = "status", description = "Shows all nodes, or one node with its drivers, attributes and allocations.")
final class NodeStatusCommand extends ClientCommand {

    @Parameters(
            arity = "0..1",
            paramLabel = "NODE",
            description = "The node's id, a prefix of it, or its name. Without it: all nodes.")
    private String nodeId;

    @Mixin
    private JsonOption json;

    @Mixin
    private FullOption full;

    NodeStatusCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        if (nodeId == null) {
            List<Node> nodes = client.nodes().list(full.view()).toList();
            json.print(context(), nodes, () -> NodeView.all(nodes));
        } else {
            Node node = client.nodes().get(nodeId);
            json.print(context(), node, () -> lines(client, node));
        }
        return GantryCli.DONE;
    }

    private List<String> lines(GantryClient client, Node node) {
        List<Allocation> allocations = client.allocations()
                .list(AllocationQuery.ALL.onNode(node.getId()))
                .toList();
        return NodeView.one(node, new AllocationView(new TimeFormat(context().clock())).all(allocations));
    }
}
