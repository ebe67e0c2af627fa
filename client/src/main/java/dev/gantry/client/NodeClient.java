package dev.gantry.client;

import dev.gantry.client.Pages.Page;
import dev.gantry.v1.GetNodeRequest;
import dev.gantry.v1.ListNodesRequest;
import dev.gantry.v1.ListNodesResponse;
import dev.gantry.v1.Node;
import java.util.stream.Stream;

/** Nodes: look. Safe for use by many threads. Each method throws {@link GantryException}s. */
public final class NodeClient {

    private final Connection connection;

    NodeClient(Connection connection) {
        this.connection = connection;
    }

    /**
     * One node.
     *
     * @param node its id, the first characters of it (4 at least, if no other's begins with them), or its name
     * @return the node
     * @throws NotFoundException if there is no such node
     */
    public Node get(String node) {
        GetNodeRequest request = GetNodeRequest.newBuilder().setNodeId(node).build();
        return connection
                .call(connection.nodes(), stub -> stub.getNode(request))
                .getNode();
    }

    /**
     * All nodes in the order of their names, fetched as the stream is read.
     *
     * @return the nodes
     */
    public Stream<Node> list() {
        return Pages.stream(token -> {
            ListNodesRequest page =
                    ListNodesRequest.newBuilder().setPageToken(token).build();
            ListNodesResponse answer = connection.call(connection.nodes(), stub -> stub.listNodes(page));
            return new Page<>(answer.getNodesList(), answer.getNextPageToken());
        });
    }
}
