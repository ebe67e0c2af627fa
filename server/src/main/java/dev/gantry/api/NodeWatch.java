package dev.gantry.api;

import dev.gantry.api.WatchStream.Progress;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Node;
import dev.gantry.v1.WatchNodeResponse;
import io.grpc.stub.StreamObserver;

/** One client's watch of a node. Owned by the turns of its {@link WatchStream}. */
final class NodeWatch {

    private final String id;
    private final StoreReader reader;
    private final StreamObserver<WatchNodeResponse> observer;
    private long toldIndex;

    NodeWatch(String id, StoreReader reader, StreamObserver<WatchNodeResponse> observer) {
        this.id = id;
        this.reader = reader;
        this.observer = observer;
    }

    /** Sends the node if it has changed; there is always more to come. */
    Progress tell() {
        Node node = reader.nodes().find(id).orElseThrow(() -> new UnknownObjectException("node", id));
        if (node.getModifyIndex() != toldIndex) {
            observer.onNext(WatchNodeResponse.newBuilder().setNode(node).build());
            toldIndex = node.getModifyIndex();
        }
        return Progress.UP_TO_DATE;
    }
}
