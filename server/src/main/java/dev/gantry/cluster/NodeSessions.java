package dev.gantry.cluster;

import dev.gantry.store.ChangeSet;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.Identity;
import dev.gantry.v1.LogChunk;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.ReadLog;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** The sessions of the connected nodes: one a node, the newest. */
public final class NodeSessions {

    private final StoreReader reader;
    private final NodeRegistry registry;
    private final NodeLiveness liveness;
    private final DesiredParts parts;
    private final Supplier<Identity> identity;
    private final Executor executor;
    private final Map<String, NodeSession> sessions = new ConcurrentHashMap<>();

    /**
     * Begins without sessions.
     *
     * @param reader where to read what nodes shall run
     * @param registry where to store what nodes say
     * @param liveness whom to tell that a node is alive
     * @param jobVersions what the jobs are that nodes shall run
     * @param identity which cluster's server this is and what it knows for good; asked at the begin of each session, on a
     *     thread that must not wait
     * @param executor threads that may wait for the database
     */
    public NodeSessions(
            StoreReader reader,
            NodeRegistry registry,
            NodeLiveness liveness,
            JobVersionCache jobVersions,
            Supplier<Identity> identity,
            Executor executor) {
        this.reader = reader;
        this.registry = registry;
        this.liveness = liveness;
        this.parts = new DesiredParts(jobVersions);
        this.identity = identity;
        this.executor = executor;
    }

    /**
     * Begins a session for a stream that a node has opened.
     *
     * @param connection the stream
     * @return takes what comes from it
     */
    public NodeSession open(NodeConnection connection) {
        connection.send(ConnectResponse.newBuilder().setIdentity(identity.get()).build());
        return new NodeSession(this, connection);
    }

    /**
     * Tells a node that refuses this server to obey it. Never waits.
     *
     * @param node the node
     * @throws NodeNotConnectedException if it has no session with this server
     * @throws RefusedException if it obeys already
     */
    public void rejoin(Node node) {
        NodeSession session = sessions.get(node.getId());
        if (session == null) {
            throw new NodeNotConnectedException(node.getId());
        }
        if (!session.rejoin()) {
            throw new RefusedException(
                    "Node %s does not refuse this server; there is nothing to rejoin".formatted(node.getName()));
        }
    }

    /**
     * Asks a node for a piece of a log.
     *
     * @param nodeId the node
     * @param question which piece; its request_id is not read
     * @return the answer; failed with {@link NodeNotConnectedException}, {@link OverloadedException} or a timeout
     */
    public CompletableFuture<LogChunk> readLog(String nodeId, ReadLog question) {
        NodeSession session = sessions.get(nodeId);
        if (session == null) {
            return CompletableFuture.failedFuture(new NodeNotConnectedException(nodeId));
        }
        return session.readLog(question);
    }

    /**
     * Tells nodes what they shall run from now on, and ends the sessions of those that were given up, so that they register
     * again if they are alive after all. Never waits.
     *
     * @param changes what a write changed
     */
    public void publish(ChangeSet changes) {
        for (Allocation order : changes.orders()) {
            NodeSession session = sessions.get(order.getNodeId());
            if (session != null) {
                session.order(order);
            }
        }
        changes.nodes().stream()
                .filter(node -> node.getStatus() == NodeStatus.NODE_STATUS_DOWN)
                .forEach(this::endSession);
    }

    /** Makes a session the one of its node; an older one is ended. */
    void enter(String nodeId, NodeSession session) {
        Optional.ofNullable(sessions.put(nodeId, session))
                .ifPresent(
                        older -> older.end(new SessionEndedException("Node %s has a newer session".formatted(nodeId))));
    }

    /** Says whether it was the one of its node until now. */
    boolean leave(String nodeId, NodeSession session) {
        return sessions.remove(nodeId, session);
    }

    StoreReader reader() {
        return reader;
    }

    NodeRegistry registry() {
        return registry;
    }

    NodeLiveness liveness() {
        return liveness;
    }

    DesiredParts parts() {
        return parts;
    }

    /**
     * Waits until all writes up to an index are on disk: a node must not be told what a power cut could still take back.
     */
    void awaitOnDisk(long index) {
        if (index > identity.get().getIndex()) {
            registry.awaitOnDisk().join();
        }
    }

    Executor executor() {
        return executor;
    }

    private void endSession(Node node) {
        Optional.ofNullable(sessions.get(node.getId()))
                .ifPresent(session -> session.end(SessionEndedException.givenUp(node.getId())));
    }
}
