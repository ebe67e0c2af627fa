package dev.gantry.client;

import dev.gantry.client.Pages.Page;
import dev.gantry.v1.DrainEnd;
import dev.gantry.v1.DrainNodeRequest;
import dev.gantry.v1.DrainStrategy;
import dev.gantry.v1.GetNodeRequest;
import dev.gantry.v1.ListNodesRequest;
import dev.gantry.v1.ListNodesResponse;
import dev.gantry.v1.Node;
import dev.gantry.v1.PurgeNodeRequest;
import dev.gantry.v1.RejoinNodeRequest;
import dev.gantry.v1.SchedulingEligibility;
import dev.gantry.v1.SetNodeEligibilityRequest;
import dev.gantry.v1.View;
import dev.gantry.v1.WatchNodeRequest;
import dev.gantry.v1.WatchNodeResponse;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Reads, drains and manages nodes. Thread-safe. Each method throws {@link GantryException}s. */
public final class NodeClient {

    private final Connection connection;

    NodeClient(Connection connection) {
        this.connection = connection;
    }

    /**
     * Returns a node.
     *
     * @param node its id, a unique prefix of its id of at least 4 characters, or its name
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
     * Lists all nodes, ordered by name. Pages are fetched while the stream is read.
     *
     * @param view {@code VIEW_BASIC} leaves out meta, and attributes other than those of drivers
     * @return the nodes
     */
    public Stream<Node> list(View view) {
        return Pages.stream(token -> {
            ListNodesRequest page = ListNodesRequest.newBuilder()
                    .setPageToken(token)
                    .setView(view)
                    .build();
            ListNodesResponse answer = connection.call(connection.nodes(), stub -> stub.listNodes(page));
            return new Page<>(answer.getNodesList(), answer.getNextPageToken());
        });
    }

    /**
     * Begins a drain: moves a node's allocations to other nodes. Changes the options of a drain that has begun. The
     * node gets no new allocations.
     *
     * @param node as in {@link #get}
     * @param options the options
     * @return the node
     * @throws NotFoundException if there is no such node
     */
    public Node drain(String node, DrainOptions options) {
        DrainStrategy.Builder strategy = DrainStrategy.newBuilder().setIgnoreSystemJobs(options.ignoreSystemJobs());
        options.deadline().map(ProtoDurations::of).ifPresent(strategy::setDeadline);
        return drain(DrainNodeRequest.newBuilder().setNodeId(node).setBegin(strategy));
    }

    /**
     * Ends a drain. Allocations that were not moved yet stay.
     *
     * @param node as in {@link #get}
     * @param markEligible true if the node may get new allocations again
     * @return the node
     * @throws NotFoundException if there is no such node
     */
    public Node endDrain(String node, boolean markEligible) {
        return drain(DrainNodeRequest.newBuilder()
                .setNodeId(node)
                .setEnd(DrainEnd.newBuilder().setMarkEligible(markEligible)));
    }

    /**
     * Allows or forbids new allocations on a node. Running allocations keep running.
     *
     * @param node as in {@link #get}
     * @param eligible true to allow new allocations
     * @return the node
     * @throws NotFoundException if there is no such node
     * @throws PreconditionFailedException if it is draining, and can't be made eligible
     */
    public Node setEligibility(String node, boolean eligible) {
        SetNodeEligibilityRequest request = SetNodeEligibilityRequest.newBuilder()
                .setNodeId(node)
                .setEligibility(
                        eligible
                                ? SchedulingEligibility.SCHEDULING_ELIGIBILITY_ELIGIBLE
                                : SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE)
                .build();
        return connection
                .call(connection.nodes(), stub -> stub.setNodeEligibility(request))
                .getNode();
    }

    /**
     * Removes a node that is down. If its machine comes back, it joins as a new node.
     *
     * @param node as in {@link #get}
     * @return the node as it was
     * @throws NotFoundException if there is no such node
     * @throws PreconditionFailedException if it is not down
     */
    public Node purge(String node) {
        PurgeNodeRequest request = PurgeNodeRequest.newBuilder().setNodeId(node).build();
        return connection
                .call(connection.nodes(), stub -> stub.purgeNode(request))
                .getNode();
    }

    /**
     * Tells a node that refuses its server ({@code NODE_STATUS_REFUSING}) to accept it. The node then stops allocations
     * that the server does not know, and deletes their data. It is ready soon after.
     *
     * @param node as in {@link #get}
     * @return the node as it was before
     * @throws NotFoundException if there is no such node
     * @throws PreconditionFailedException if it does not refuse its server
     */
    public Node rejoin(String node) {
        RejoinNodeRequest request =
                RejoinNodeRequest.newBuilder().setNodeId(node).build();
        return connection
                .call(connection.nodes(), stub -> stub.rejoinNode(request))
                .getNode();
    }

    /**
     * Watches a node: returns its current state, then each change.
     *
     * @param node as in {@link #get}; reading throws {@link NotFoundException} if there is no such node
     * @return the watch; it does not end by itself
     */
    public Watch<Node> watch(String node) {
        WatchNodeRequest request = WatchNodeRequest.newBuilder().setNodeId(node).build();
        AtomicLong told = new AtomicLong(-1);
        Watch<WatchNodeResponse> watch = connection.watch(
                () -> connection.stream(connection.nodes(), stub -> stub.watchNode(request)), update -> {
                    long index = update.getNode().getModifyIndex();
                    return told.getAndAccumulate(index, Math::max) < index;
                });
        return new MappedWatch<>(watch, WatchNodeResponse::getNode);
    }

    private Node drain(DrainNodeRequest.Builder request) {
        return connection
                .call(connection.nodes(), stub -> stub.drainNode(request.build()))
                .getNode();
    }
}
