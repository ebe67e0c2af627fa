package dev.gantry.cli;

import dev.gantry.client.AllocationQuery;
import dev.gantry.client.GantryClient;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Node;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code gantry node status}: all nodes, or one. */
@Command(
        name = "status",
        description = "Shows all nodes, or one node (NODE or --self) with its drivers, attributes and allocations.")
final class NodeStatusCommand extends ClientCommand {

    @Mixin
    private NodeParameter which;

    @Mixin
    private JsonOption json;

    @Mixin
    private FullOption full;

    @Mixin
    private VerboseOption verbose;

    @Mixin
    private ShortOption brief;

    NodeStatusCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        if (!which.isGiven()) {
            List<Node> nodes = client.nodes().list(full.view()).toList();
            json.print(context(), nodes, () -> NodeView.all(nodes, verbose));
        } else {
            Node node = client.nodes().get(which.find(client));
            json.print(context(), node, () -> lines(client, node));
        }
        return GantryCli.DONE;
    }

    private List<String> lines(GantryClient client, Node node) {
        List<Allocation> allocations = client.allocations()
                .list(AllocationQuery.ALL.onNode(node.getId()))
                .toList();
        return brief.of(
                NodeView.one(node, new AllocationView(new TimeFormat(context().clock()), verbose).all(allocations)));
    }
}
