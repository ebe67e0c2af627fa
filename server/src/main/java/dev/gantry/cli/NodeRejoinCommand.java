package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.View;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry node rejoin}: makes nodes accept a server that they refuse. */
@Command(
        name = "rejoin",
        description = {
            "Makes nodes accept this server that refuse it, because it belongs to another cluster or its database is"
                    + " older than the"
                    + " assignments that the nodes got before.",
            "",
            "Allocations of these nodes that this server does not know are stopped, and their data is deleted. To keep"
                    + " them, start"
                    + " the server with the right data instead.",
            ""
        })
final class NodeRejoinCommand extends ClientCommand {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int LONGEST_ANSWER = 16;

    /** The most nodes that the question names. */
    private static final int SHOWN = 20;

    @ArgGroup(multiplicity = "1")
    private Which which;

    @Option(
            names = {"--yes", "-yes", "-y"},
            description = "Does not ask for confirmation.")
    private boolean yes;

    NodeRejoinCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        List<Node> nodes = which.all
                ? client.nodes()
                        .list(View.VIEW_BASIC)
                        .filter(NodeRejoinCommand::isRefusing)
                        .toList()
                : which.nodes.stream().map(client.nodes()::get).toList();
        if (nodes.isEmpty()) {
            print("No node refuses this server");
            return GantryCli.DONE;
        }
        if (!yes && !isConfirmed(nodes)) {
            context().console().err().println("error: Not confirmed; nothing was changed. Say y, or give --yes");
            return GantryCli.FAILED;
        }
        return new RejoinProgress(context(), client, nodes, PATIENCE).run() ? GantryCli.DONE : GantryCli.FAILED;
    }

    private static boolean isRefusing(Node node) {
        return node.getStatus() == NodeStatus.NODE_STATUS_REFUSING;
    }

    private boolean isConfirmed(List<Node> nodes) {
        nodes.stream()
                .limit(SHOWN)
                .forEach(node -> print("Node \"%s\" (%s): %s"
                        .formatted(node.getName(), TextFormat.shortId(node.getId()), node.getStatusDescription())));
        if (nodes.size() > SHOWN) {
            print("and %d other nodes".formatted(nodes.size() - SHOWN));
        }
        String which = nodes.size() > SHOWN
                ? "all %d nodes".formatted(nodes.size())
                : nodes.stream().map(Node::getName).collect(Collectors.joining(", "));
        context()
                .console()
                .out()
                .print("Have %s stop, and delete the data of, what this server does not know? [y/N] ".formatted(which));
        context().console().out().flush();
        return List.of("y", "yes").contains(answer().toLowerCase(Locale.ROOT));
    }

    private String answer() {
        StringBuilder line = new StringBuilder();
        try {
            // Read only to the end of the line: a terminal blocks after it.
            int next = context().console().in().read();
            while (next >= 0 && next != '\n' && line.length() < LONGEST_ANSWER) {
                line.append((char) next);
                next = context().console().in().read();
            }
            return line.toString().strip();
        } catch (IOException e) {
            throw new UncheckedIOException("Can't read standard input", e);
        }
    }

    private static final class Which {

        @Parameters(arity = "1..*", paramLabel = "NODE", description = "Ids of nodes, prefixes of ids, or names.")
        private List<String> nodes = List.of();

        @Option(names = "--all", description = "All nodes that refuse this server.")
        private boolean all;
    }
}
