package dev.gantry.api;

import dev.gantry.api.WatchStream.News;
import dev.gantry.api.WatchStream.Progress;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Node;
import dev.gantry.v1.WatchNodeResponse;
import java.util.Optional;

/** One client's watch of a node. Owned by the turns of its {@link WatchStream}. */
final class NodeWatch {

    private final String id;
    private final StoreReader reader;
    private long toldIndex;

    NodeWatch(String id, StoreReader reader) {
        this.id = id;
        this.reader = reader;
    }

    /** Returns the node if it has changed since the last message. A watch of a node does not end by itself. */
    News<WatchNodeResponse> next() {
        Node node = reader.nodes().find(id).orElseThrow(() -> new UnknownObjectException("node", id));
        Optional<WatchNodeResponse> message = node.getModifyIndex() == toldIndex
                ? Optional.empty()
                : Optional.of(WatchNodeResponse.newBuilder().setNode(node).build());
        return new News<>(message, Progress.UP_TO_DATE, () -> toldIndex = node.getModifyIndex());
    }
}
