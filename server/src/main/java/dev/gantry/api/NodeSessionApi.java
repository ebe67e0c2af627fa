package dev.gantry.api;

import dev.gantry.api.access.NodeHeaders;
import dev.gantry.cluster.node.NodeConnection;
import dev.gantry.cluster.node.NodeSession;
import dev.gantry.cluster.node.NodeSessions;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeSessionServiceGrpc.NodeSessionServiceImplBase;
import dev.gantry.v1.TaskVariables;
import dev.gantry.v1.VariablesRequest;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * {@code gantry.v1.NodeSessionService}. It runs on gRPC's event loop ({@link CallExecutorSupplier}), so nothing here
 * may
 * block.
 */
final class NodeSessionApi extends NodeSessionServiceImplBase {

    private final NodeSessions sessions;

    NodeSessionApi(NodeSessions sessions) {
        this.sessions = sessions;
    }

    @Override
    public StreamObserver<ConnectRequest> connect(StreamObserver<ConnectResponse> observer) {
        var call = (ServerCallStreamObserver<ConnectResponse>) observer;
        Connection connection = new Connection(call);
        NodeSession session = sessions.open(
                connection, NodeHeaders.current(), Peer.CURRENT.get().node());
        call.setOnReadyHandler(session::onReady);
        call.setOnCancelHandler(session::onEnd);
        // For a session that an interceptor has ended, because of a message that can't be read for one.
        call.setOnCloseHandler(session::onEnd);
        return new Inbound(session, connection);
    }

    /** Receives the node's messages. */
    private record Inbound(NodeSession session, Connection connection) implements StreamObserver<ConnectRequest> {

        @Override
        public void onNext(ConnectRequest request) {
            List<JobViolation> violations = NodeValidator.check(request);
            if (violations.isEmpty()) {
                session.onMessage(NodeMessageTruncation.cutAll(request));
            } else {
                session.end(new InvalidRequestException(violations));
            }
        }

        @Override
        public void onError(Throwable failure) {
            session.onEnd();
        }

        @Override
        public void onCompleted() {
            session.onEnd();
            connection.complete();
        }
    }

    /** Sends messages to the node. The lock is held only while gRPC queues a message. */
    private static final class Connection implements NodeConnection {

        private final ServerCallStreamObserver<ConnectResponse> call;
        private final Optional<AuditedCall> audited = AuditedCall.current();
        private boolean ended;

        Connection(ServerCallStreamObserver<ConnectResponse> call) {
            this.call = call;
        }

        @Override
        public boolean isReady() {
            return call.isReady();
        }

        @Override
        public synchronized void send(ConnectResponse message) {
            if (!ended && !call.isCancelled()) {
                call.onNext(message);
            }
        }

        @Override
        public void registered(Node node) {
            audited.ifPresent(session -> {
                session.about(Map.of("node_id", node.getId(), "node_name", node.getName()));
                // A session is not refused if it can't be recorded: the node's tasks would be lost.
                var unused = session.begun();
            });
        }

        @Override
        public CompletableFuture<Void> reading(VariablesRequest request, TaskVariables answer) {
            return audited.map(session -> session.read(request, answer))
                    .orElseGet(() -> CompletableFuture.completedFuture(null));
        }

        synchronized void complete() {
            if (!ended && !call.isCancelled()) {
                ended = true;
                call.onCompleted();
            }
        }

        @Override
        public synchronized void end(Throwable why) {
            if (!ended && !call.isCancelled()) {
                ended = true;
                call.onError(StatusMapping.toStatus(why));
            }
        }
    }
}
