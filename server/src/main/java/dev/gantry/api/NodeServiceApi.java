package dev.gantry.api;

import dev.gantry.api.PageReader.Page;
import dev.gantry.api.PageToken.Field;
import dev.gantry.cluster.node.NodeRegistry;
import dev.gantry.cluster.node.NodeSessions;
import dev.gantry.cluster.watch.WatchHub;
import dev.gantry.cluster.watch.WatchHub.NodeStateTopic;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.DrainNodeRequest;
import dev.gantry.v1.DrainNodeResponse;
import dev.gantry.v1.DrainStrategy;
import dev.gantry.v1.GetNodeRequest;
import dev.gantry.v1.GetNodeResponse;
import dev.gantry.v1.ListNodesRequest;
import dev.gantry.v1.ListNodesResponse;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeServiceGrpc.NodeServiceImplBase;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.PurgeNodeRequest;
import dev.gantry.v1.PurgeNodeResponse;
import dev.gantry.v1.RejoinNodeRequest;
import dev.gantry.v1.RejoinNodeResponse;
import dev.gantry.v1.SchedulingEligibility;
import dev.gantry.v1.SetNodeEligibilityRequest;
import dev.gantry.v1.SetNodeEligibilityResponse;
import dev.gantry.v1.WatchNodeRequest;
import dev.gantry.v1.WatchNodeResponse;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** {@code gantry.v1.NodeService}. */
final class NodeServiceApi extends NodeServiceImplBase {

    private static final String LIST = "nodes";
    private static final String LIST_DESCENDING = "nodes desc";

    private final StoreReader reader;
    private final NodeLookup lookup;
    private final NodeRegistry registry;
    private final NodeSessions sessions;
    private final WatchHub watches;
    private final WatchMemoryLimit memoryLimit;
    private final Executor executor;

    NodeServiceApi(
            StoreReader reader,
            NodeRegistry registry,
            NodeSessions sessions,
            WatchHub watches,
            WatchMemoryLimit memoryLimit,
            Executor executor) {
        this.reader = reader;
        this.lookup = new NodeLookup(reader);
        this.registry = registry;
        this.sessions = sessions;
        this.watches = watches;
        this.memoryLimit = memoryLimit;
        this.executor = executor;
    }

    @Override
    public void getNode(GetNodeRequest request, StreamObserver<GetNodeResponse> observer) {
        Responses.answer(
                observer,
                () -> GetNodeResponse.newBuilder()
                        .setNode(lookup.find(request.getNodeId()))
                        .build());
    }

    @Override
    public void listNodes(ListNodesRequest request, StreamObserver<ListNodesResponse> observer) {
        Responses.answer(observer, () -> {
            int size = PageToken.size(request.getPageSize());
            boolean descending = Views.isDescending(request.getOrderBy(), "name");
            String list = descending ? LIST_DESCENDING : LIST;
            PageToken token = PageToken.parse(request.getPageToken(), list, Field.TEXT, Field.ID);
            boolean full = Views.isFull(request.getView());
            Views.refuseUnknown("status", request.getStatus());
            Optional<Node> begin = token.isFirst()
                    ? Optional.empty()
                    : Optional.of(Node.newBuilder()
                            .setName(token.text(0))
                            .setId(token.text(1))
                            .build());
            Page<Node> page = PageReader.read(
                    size,
                    (last, limit) -> {
                        Optional<Node> from = last.or(() -> begin);
                        return descending
                                ? reader.nodes().pageBackwards(from, limit)
                                : reader.nodes()
                                        .page(
                                                from.map(Node::getName).orElse(""),
                                                from.map(Node::getId).orElse(""),
                                                limit);
                    },
                    nodes -> full ? nodes : nodes.stream().map(Views::basic).toList(),
                    node -> isWanted(request, node));
            ListNodesResponse.Builder answer = ListNodesResponse.newBuilder().addAllNodes(page.items());
            page.last().ifPresent(last -> answer.setNextPageToken(PageToken.of(list, last.getName(), last.getId())));
            return answer.build();
        });
    }

    private static boolean isWanted(ListNodesRequest request, Node node) {
        return (request.getStatus() == NodeStatus.NODE_STATUS_UNSPECIFIED || node.getStatus() == request.getStatus())
                && (request.getDatacenter().isEmpty() || node.getDatacenter().equals(request.getDatacenter()))
                && (request.getNodeClass().isEmpty() || node.getNodeClass().equals(request.getNodeClass()))
                && node.getName().startsWith(request.getPrefix());
    }

    @Override
    public void drainNode(DrainNodeRequest request, StreamObserver<DrainNodeResponse> observer) {
        Responses.answerLater(
                observer,
                () -> drain(request),
                node -> DrainNodeResponse.newBuilder().setNode(node).build());
    }

    @Override
    public void setNodeEligibility(
            SetNodeEligibilityRequest request, StreamObserver<SetNodeEligibilityResponse> observer) {
        Responses.answerLater(
                observer,
                () -> registry.setEligibility(
                        lookup.find(request.getNodeId()).getId(), check(request.getEligibility())),
                node -> SetNodeEligibilityResponse.newBuilder().setNode(node).build());
    }

    @Override
    public void purgeNode(PurgeNodeRequest request, StreamObserver<PurgeNodeResponse> observer) {
        Responses.answerLater(
                observer,
                () -> registry.purge(lookup.find(request.getNodeId()).getId()),
                node -> PurgeNodeResponse.newBuilder().setNode(node).build());
    }

    @Override
    public void rejoinNode(RejoinNodeRequest request, StreamObserver<RejoinNodeResponse> observer) {
        Responses.answer(observer, () -> {
            Node node = lookup.find(request.getNodeId());
            sessions.rejoin(node);
            return RejoinNodeResponse.newBuilder().setNode(node).build();
        });
    }

    @Override
    public void watchNode(WatchNodeRequest request, StreamObserver<WatchNodeResponse> observer) {
        Responses.stream(observer, call -> {
            String nodeId = lookup.find(request.getNodeId()).getId();
            NodeWatch watch = new NodeWatch(nodeId, reader);
            WatchStream.begin(call, watches, new NodeStateTopic(nodeId), memoryLimit, executor, watch::next);
        });
    }

    private CompletableFuture<Node> drain(DrainNodeRequest request) {
        String nodeId = lookup.find(request.getNodeId()).getId();
        return switch (request.getActionCase()) {
            case BEGIN -> registry.drain(nodeId, check(request.getBegin()));
            case END -> registry.endDrain(nodeId, request.getEnd().getMarkEligible());
            case ACTION_NOT_SET ->
                throw new InvalidRequestException("action", "is missing: give begin to drain the node, or end");
        };
    }

    private static DrainStrategy check(DrainStrategy strategy) {
        Violations violations = new Violations();
        DurationValidator.check("begin.deadline", strategy.getDeadline(), Duration.ZERO, violations);
        violations.requireNone();
        return strategy;
    }

    private static SchedulingEligibility check(SchedulingEligibility eligibility) {
        return switch (eligibility) {
            case SCHEDULING_ELIGIBILITY_ELIGIBLE, SCHEDULING_ELIGIBILITY_INELIGIBLE -> eligibility;
            case SCHEDULING_ELIGIBILITY_UNSPECIFIED, UNRECOGNIZED ->
                throw new InvalidRequestException("eligibility", "must be eligible or ineligible");
        };
    }
}
