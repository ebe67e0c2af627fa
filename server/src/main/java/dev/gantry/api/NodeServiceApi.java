package dev.gantry.api;

import dev.gantry.store.StoreReader;
import dev.gantry.v1.GetNodeRequest;
import dev.gantry.v1.GetNodeResponse;
import dev.gantry.v1.ListNodesRequest;
import dev.gantry.v1.ListNodesResponse;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeServiceGrpc.NodeServiceImplBase;
import io.grpc.stub.StreamObserver;
import java.util.List;

/** {@code gantry.v1.NodeService}. */
final class NodeServiceApi extends NodeServiceImplBase {

    private final StoreReader reader;
    private final NodeLookup lookup;

    NodeServiceApi(StoreReader reader) {
        this.reader = reader;
        this.lookup = new NodeLookup(reader);
    }

    @Override
    public void getNode(GetNodeRequest request, StreamObserver<GetNodeResponse> observer) {
        Answers.answer(
                observer,
                () -> GetNodeResponse.newBuilder()
                        .setNode(lookup.find(request.getNodeId()))
                        .build());
    }

    @Override
    public void listNodes(ListNodesRequest request, StreamObserver<ListNodesResponse> observer) {
        Answers.answer(observer, () -> {
            int size = PageToken.size(request.getPageSize());
            PageToken token = PageToken.parse(request.getPageToken(), 2);
            List<Node> nodes = reader.nodes(token.text(0), token.text(1), size);
            ListNodesResponse.Builder answer = ListNodesResponse.newBuilder().addAllNodes(nodes);
            if (nodes.size() == size) {
                Node last = nodes.get(size - 1);
                answer.setNextPageToken(PageToken.of(last.getName(), last.getId()));
            }
            return answer.build();
        });
    }
}
