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

/** {@code gantry node rejoin}: has nodes obey a server that they refuse. */
@Command(
        name = "rejoin",
        description = {
            "Has nodes obey this server that refuse it, because it is another cluster's or its database is older than what they"
                    + " have been told.",
            "",
            "What these nodes run and this server does not know is stopped, and its data is deleted. To keep it, start the server"
                    + " with the right data instead.",
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
            description = "Does not ask whether that is meant.")
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
            // Up to the end of the line and no further: a terminal gives no more before it is asked again.
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

        @Parameters(
                arity = "1..*",
                paramLabel = "NODE",
                description = "Ids of nodes, the begins of them, or their names.")
        private List<String> nodes = List.of();

        @Option(names = "--all", description = "All nodes that refuse this server.")
        private boolean all;
    }
}
