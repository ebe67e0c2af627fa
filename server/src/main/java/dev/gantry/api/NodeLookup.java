package dev.gantry.api;

import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Node;
import java.util.List;

/** Finds the node that a person means by its name or the first characters of its id. */
final class NodeLookup {

    private static final int SHORTEST = 4;

    private final StoreReader reader;

    NodeLookup(StoreReader reader) {
        this.reader = reader;
    }

    /**
     * The node. One of that name comes before one whose id begins so.
     *
     * @throws InvalidRequestException if the text could mean several
     * @throws UnknownObjectException if there is none
     */
    Node find(String text) {
        if (text.isEmpty()) {
            throw new InvalidRequestException("node_id", "must be given: an id, the begin of one, or a name");
        }
        List<Node> found = candidates(text);
        if (found.size() > 1) {
            throw new InvalidRequestException(
                    "node_id",
                    "several nodes are named \"%s\" or have such an id: give more of the id".formatted(text));
        }
        return found.stream().findFirst().orElseThrow(() -> new UnknownObjectException("node", text));
    }

    private List<Node> candidates(String text) {
        List<Node> named = reader.nodes().named(text);
        return named.isEmpty() && text.length() >= SHORTEST ? reader.nodes().findLike(text) : named;
    }
}
