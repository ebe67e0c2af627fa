package dev.gantry.api;

import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Node;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds a node by its id, its name, or a prefix of its id. */
final class NodeLookup {

    private static final int SHORTEST = 4;
    private static final int MOST_NAMED = 4;
    private static final int LONGEST_QUOTE = 128;

    private final StoreReader reader;

    NodeLookup(StoreReader reader) {
        this.reader = reader;
    }

    /**
     * Finds the node with this id, else the one with this name, else the one whose id begins with the text.
     *
     * @throws InvalidRequestException if several nodes match
     * @throws UnknownObjectException if no node matches
     */
    Node find(String text) {
        if (text.isEmpty()) {
            throw new InvalidRequestException("node_id", "must be given: an id, a prefix of an id, or a name");
        }
        Optional<Node> exact = reader.nodes().find(text);
        if (exact.isPresent()) {
            return exact.get();
        }
        List<Node> named = reader.nodes().named(text, MOST_NAMED);
        List<Node> found =
                named.isEmpty() && text.length() >= SHORTEST ? reader.nodes().findLike(text) : named;
        if (found.size() > 1) {
            throw new InvalidRequestException("node_id", named.isEmpty() ? unclear(text) : ambiguous(text, named));
        }
        return found.stream().findFirst().orElseThrow(() -> new UnknownObjectException("node", text));
    }

    private static String unclear(String prefix) {
        return "the ids of several nodes begin with \"%s\": give more of it".formatted(prefix);
    }

    private static String ambiguous(String name, List<Node> named) {
        return "several nodes are named \"%s\": give an id, %s"
                .formatted(
                        TextTruncation.toBytes(name, LONGEST_QUOTE),
                        named.stream().map(Node::getId).collect(Collectors.joining(" or ")));
    }
}
