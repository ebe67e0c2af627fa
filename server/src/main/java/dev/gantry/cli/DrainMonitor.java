package dev.gantry.cli;

import dev.gantry.client.AllocationQuery;
import dev.gantry.client.GantryClient;
import dev.gantry.client.Watch;
import dev.gantry.model.AllocationLife;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Node;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Follows a drain until the server says that the node is drained, and tells what leaves the node meanwhile.
 *
 * @param context where to print
 * @param client whom to ask
 * @param ignoreSystem whether system jobs stay
 */
record DrainMonitor(CliContext context, GantryClient client, boolean ignoreSystem) {

    /** The node itself changes only at the end: what leaves it is asked for now and then. */
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /** Follows a drain that has begun; returns the exit code. */
    int follow(Node drained) {
        Set<String> left = new HashSet<>();
        live(drained).forEach(allocation -> left.add(allocation.getId()));
        try (Watch<Node> watch = client.nodes().watch(drained.getId())) {
            Node node = drained;
            while (node.hasDrain() && !watch.isEnded()) {
                node = watch.poll(INTERVAL).orElse(node);
                tellWhatLeft(node, left);
            }
            return verdict(node);
        }
    }

    private void tellWhatLeft(Node node, Set<String> left) {
        Set<String> live = live(node).stream().map(Allocation::getId).collect(Collectors.toSet());
        left.stream()
                .filter(id -> !live.contains(id))
                .sorted()
                .forEach(id -> context.print("    Allocation \"%s\" has left".formatted(Words.shortId(id))));
        left.retainAll(live);
    }

    private int verdict(Node node) {
        long rest = live(node).size();
        if (rest == 0 || ignoreSystem) {
            String spared = rest == 0 ? "" : ", but for " + Words.count(rest, "allocation") + " of system jobs";
            context.print("==> Node \"%s\" is drained%s".formatted(node.getName(), spared));
            return GantryCli.DONE;
        }
        context.console()
                .err()
                .println("error: The drain of node \"%s\" was ended while it had %s"
                        .formatted(node.getName(), Words.count(rest, "allocation")));
        return GantryCli.FAILED;
    }

    private List<Allocation> live(Node node) {
        return client.allocations()
                .list(AllocationQuery.ALL.onNode(node.getId()))
                .filter(allocation -> !AllocationLife.isTerminal(allocation))
                .toList();
    }
}
