package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.client.GantryException;
import dev.gantry.client.PreconditionFailedException;
import dev.gantry.client.UnavailableException;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.View;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Tells nodes to accept their server. It first tells all nodes, then waits for all of them together: a cluster may have
 * thousands. If a node or the server is not reachable, it tries again each second.
 */
final class RejoinProgress {

    /** The most nodes that are read one by one; with more, all nodes are listed. */
    private static final int FEW = 20;

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final CliContext context;
    private final GantryClient client;
    private final Duration patience;

    /** The nodes that do not accept the server yet, by id. */
    private final Map<String, Node> open = new LinkedHashMap<>();

    private final Set<String> told = new HashSet<>();

    /** Why the last attempt to tell a node failed, by id. */
    private final Map<String, String> failures = new HashMap<>();

    private int failed;

    /**
     * Makes the progress; {@link #run} begins.
     *
     * @param context the context to print to
     * @param client the client
     * @param nodes the nodes
     * @param patience how long the nodes may take
     */
    RejoinProgress(CliContext context, GantryClient client, Collection<Node> nodes, Duration patience) {
        this.context = context;
        this.client = client;
        this.patience = patience;
        nodes.forEach(node -> open.put(node.getId(), node));
    }

    /**
     * Tells the nodes and waits for them.
     *
     * @return true if all nodes accept the server
     */
    boolean run() {
        long begun = System.nanoTime();
        tellAll();
        look();
        while (!open.isEmpty() && System.nanoTime() - begun < patience.toNanos()) {
            Pause.of(PAUSE);
            tellAll();
            look();
        }
        open.values().forEach(this::giveUp);
        return failed == 0;
    }

    private void tellAll() {
        List.copyOf(open.values()).stream()
                .filter(node -> !told.contains(node.getId()))
                .forEach(this::tell);
    }

    private void tell(Node node) {
        try {
            client.nodes().rejoin(node.getId());
            told.add(node.getId());
        } catch (UnavailableException e) {
            failures.put(node.getId(), e.getMessage());
        } catch (PreconditionFailedException e) {
            // The node was told by another command, or by a call whose response was lost.
            if (node.getStatus() == NodeStatus.NODE_STATUS_REFUSING) {
                told.add(node.getId());
            } else {
                fail(node, e.getMessage());
            }
        } catch (GantryException e) {
            fail(node, e.getMessage());
        }
    }

    private void look() {
        Map<String, Node> now;
        try {
            now = statuses();
        } catch (UnavailableException e) {
            // The next attempt may reach the server.
            return;
        }
        for (Node node : List.copyOf(open.values())) {
            NodeStatus status =
                    now.getOrDefault(node.getId(), Node.getDefaultInstance()).getStatus();
            if (status == NodeStatus.NODE_STATUS_READY && told.contains(node.getId())) {
                open.remove(node.getId());
                context.print("==> Node \"%s\" accepts this server".formatted(node.getName()));
            } else if (status == NodeStatus.NODE_STATUS_DOWN) {
                fail(node, "it is down; start it, and tell it again");
            }
        }
    }

    private Map<String, Node> statuses() {
        if (open.size() <= FEW) {
            return open.keySet().stream()
                    .map(client.nodes()::get)
                    .collect(Collectors.toMap(Node::getId, Function.identity()));
        }
        return client.nodes()
                .list(View.VIEW_BASIC)
                .filter(node -> open.containsKey(node.getId()))
                .collect(Collectors.toMap(Node::getId, Function.identity(), (one, again) -> again));
    }

    private void giveUp(Node node) {
        failed++;
        report(
                node,
                told.contains(node.getId())
                        ? "it was told, and still refuses this server after %d s; its log says why"
                                .formatted(patience.toSeconds())
                        : failures.getOrDefault(node.getId(), ""));
    }

    private void fail(Node node, String why) {
        open.remove(node.getId());
        failed++;
        report(node, why);
    }

    private void report(Node node, String why) {
        context.console().err().println("error: Node \"%s\": %s".formatted(node.getName(), why));
    }
}
