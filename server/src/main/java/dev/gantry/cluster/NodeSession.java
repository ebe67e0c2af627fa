package dev.gantry.cluster;

import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationUpdates;
import dev.gantry.v1.AllocationUpdatesAck;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.LogChunk;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.ReadLog;
import dev.gantry.v1.Register;
import dev.gantry.v1.Registered;
import dev.gantry.v1.Rejoin;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes on between one node and this server, from its first message to the end of the stream.
 *
 * <p>Messages come in one at a time. All that the server says of its own accord is said by one {@link SerialTask}, which
 * owns what was said already: Registered first, then all that the node shall run, then what changes. A node that refuses this
 * server is told Registered only, so that it is known to be alive.
 */
public final class NodeSession {

    private static final Logger LOG = LoggerFactory.getLogger(NodeSession.class);

    /** So many ended allocations are told of when a session begins: their logs can still be read. */
    private static final int ENDED_ALLOCATIONS = 50;

    private final NodeSessions sessions;
    private final NodeConnection connection;
    private final PendingReads reads = new PendingReads();
    private final SerialTask push;

    /** What the node has to be told, each allocation once: there are no more than are on the node. */
    private final ConcurrentMap<String, Allocation> orders = new ConcurrentHashMap<>();

    /** The newest of the node's updates that is on disk. */
    private final AtomicLong storedSequence = new AtomicLong();

    private volatile String nodeId;
    private volatile boolean isRefusing;
    private volatile boolean ended;

    // Owned by the thread that brings the node's messages.
    private boolean registering;

    // Owned by the turns of push.
    private boolean registeredSent;
    private boolean snapshotRead;
    private boolean completeSent;
    private final Queue<Allocation> snapshot = new ArrayDeque<>();
    private long acknowledgedSequence;

    NodeSession(NodeSessions sessions, NodeConnection connection) {
        this.sessions = sessions;
        this.connection = connection;
        this.push = new SerialTask(sessions.executor(), this::push);
    }

    /**
     * Takes a message of the node. Never waits.
     *
     * @param request the message, checked already; one at a time
     */
    public void onMessage(ConnectRequest request) {
        if (ended) {
            return;
        }
        if (request.hasRegister() && !registering) {
            registering = true;
            register(request.getRegister());
        } else if (request.hasRegister() || nodeId == null) {
            end(new SessionEndedException("A session begins with one Register, and waits for Registered"));
        } else {
            sessions.liveness().heard(nodeId);
            onMessage(nodeId, request);
        }
    }

    /** The server has changed its mind about an allocation of the node. Never waits. */
    void order(Allocation allocation) {
        if (isRefusing) {
            return;
        }
        orders.put(allocation.getId(), allocation);
        push.call();
    }

    /** The stream has room again. Never waits. */
    public void onReady() {
        if (nodeId != null) {
            push.call();
        }
    }

    /** The stream has ended, for whatever reason. The node has its time to live to come back. Never waits. */
    public void onEnd() {
        ended = true;
        String id = nodeId;
        if (id != null && sessions.leave(id, this)) {
            LOG.info("Node {} has disconnected", id);
        }
        if (id != null) {
            reads.failAll(new NodeNotConnectedException(id));
        }
    }

    /**
     * Ends the session.
     *
     * @param why what the node is told
     */
    public void end(Throwable why) {
        connection.end(why);
        onEnd();
    }

    /** Tells the node to obey this server; returns false if it does already. */
    boolean rejoin() {
        if (isRefusing) {
            connection.send(ConnectResponse.newBuilder()
                    .setRejoin(Rejoin.getDefaultInstance())
                    .build());
        }
        return isRefusing;
    }

    CompletableFuture<LogChunk> readLog(ReadLog question) {
        CompletableFuture<LogChunk> answer = reads.ask(
                question,
                named -> connection.send(
                        ConnectResponse.newBuilder().setReadLog(named).build()));
        if (ended) {
            // The others were told before this question was asked.
            reads.failAll(new NodeNotConnectedException(nodeId));
        }
        return answer;
    }

    private void register(Register register) {
        CompletableFuture<Node> stored =
                sessions.registry().register(register.getNode(), register.getSecret(), register.getRefusal());
        endOnFailure(stored.thenAcceptAsync(this::begin, sessions.executor()));
    }

    private void begin(Node node) {
        isRefusing = node.getStatus() == NodeStatus.NODE_STATUS_REFUSING;
        if (isRefusing) {
            LOG.warn(
                    "Node {} ({}) has connected and does not obey this server: {}",
                    node.getName(),
                    node.getId(),
                    node.getStatusDescription());
        } else {
            LOG.info("Node {} ({}) has connected", node.getName(), node.getId());
        }
        sessions.liveness().heard(node.getId());
        nodeId = node.getId();
        sessions.enter(nodeId, this);
        if (ended) {
            // What onEnd() does may have been done too early.
            onEnd();
        } else if (isGivenUp(nodeId)) {
            // After it registered, and before it was heard of: nobody would take it back.
            end(SessionEndedException.givenUp(nodeId));
        }
        push.call();
    }

    private boolean isGivenUp(String id) {
        return sessions.reader()
                .nodes()
                .find(id)
                .filter(node -> node.getStatus() != NodeStatus.NODE_STATUS_DOWN)
                .isEmpty();
    }

    private void onMessage(String from, ConnectRequest request) {
        if (isRefusing && !request.hasHeartbeat() && !request.hasLogChunk()) {
            end(new SessionEndedException("A node that refuses this server says only that it is alive"));
            return;
        }
        switch (request.getMessageCase()) {
            case HEARTBEAT -> LOG.trace("Node {} is alive", from);
            case FINGERPRINT ->
                endOnFailure(sessions.registry().fingerprint(from, request.getFingerprint(), this::isCurrent));
            case ALLOCATION_UPDATES -> update(from, request.getAllocationUpdates());
            case LOG_CHUNK -> reads.answer(request.getLogChunk());
            case REGISTER, MESSAGE_NOT_SET -> end(new SessionEndedException("This server does not know this message"));
        }
    }

    private void update(String from, AllocationUpdates updates) {
        endOnFailure(sessions.registry()
                .updateAllocations(from, updates.getUpdatesList(), this::isCurrent)
                .thenAccept(done -> {
                    storedSequence.accumulateAndGet(updates.getSequence(), Math::max);
                    push.call();
                }));
    }

    private boolean isCurrent() {
        return !ended;
    }

    /** The node says it all again in its next session. */
    private void endOnFailure(CompletableFuture<?> stored) {
        stored.exceptionally(failure -> {
            end(failure);
            return null;
        });
    }

    private void push() {
        if (ended || !connection.isReady()) {
            return;
        }
        try {
            if (!registeredSent) {
                registeredSent = true;
                sendRegistered();
            }
            if (isRefusing) {
                return;
            }
            if (!snapshotRead) {
                snapshotRead = true;
                readSnapshot();
            }
            while (!completeSent && connection.isReady()) {
                sendPart();
            }
            if (completeSent) {
                sendOrders();
            }
            acknowledge();
        } catch (RuntimeException e) {
            end(e);
        }
    }

    private void sendRegistered() {
        connection.send(ConnectResponse.newBuilder()
                .setRegistered(Registered.newBuilder()
                        .setHeartbeatIntervalMillis(
                                sessions.liveness().heartbeatInterval().toMillis()))
                .build());
    }

    private void readSnapshot() {
        List<Allocation> all = allAllocations(sessions.reader());
        // What was ordered before all was read is old news, and must not come after it.
        all.forEach(read -> orders.computeIfPresent(
                read.getId(), (id, order) -> order.getModifyIndex() <= read.getModifyIndex() ? null : order));
        sessions.awaitOnDisk(
                all.stream().mapToLong(Allocation::getModifyIndex).max().orElse(0));
        snapshot.addAll(all);
    }

    /**
     * Sends the next part of the complete state. Changes wait until its end: only the last part lets the node tell
     * which allocations were not named.
     */
    private void sendPart() {
        DesiredState.Builder part = snapshot.isEmpty()
                ? DesiredState.newBuilder()
                : sessions.parts().take(snapshot);
        completeSent = snapshot.isEmpty();
        send(part.setComplete(completeSent));
    }

    private void sendOrders() {
        List<Allocation> news = new ArrayList<>(orders.values());
        news.sort(Comparator.comparing(Allocation::getId));
        Queue<Allocation> waiting = new ArrayDeque<>(news);
        while (!waiting.isEmpty() && connection.isReady()) {
            DesiredState.Builder part = sessions.parts().take(waiting);
            // What has changed again stays, for the next turn, and so does what there is no room for now.
            part.getAllocationsList().forEach(order -> orders.remove(order.getId(), order));
            send(part);
        }
    }

    private void send(DesiredState.Builder state) {
        connection.send(ConnectResponse.newBuilder().setDesiredState(state).build());
    }

    private void acknowledge() {
        long stored = storedSequence.get();
        if (stored > acknowledgedSequence) {
            acknowledgedSequence = stored;
            connection.send(ConnectResponse.newBuilder()
                    .setAllocationUpdatesAck(AllocationUpdatesAck.newBuilder().setSequence(stored))
                    .build());
        }
    }

    private List<Allocation> allAllocations(StoreReader reader) {
        List<Allocation> all = new ArrayList<>(reader.allocations().liveOnNode(nodeId));
        reader.allocations().endedOnNode(nodeId, ENDED_ALLOCATIONS).stream()
                .map(NodeSession::stopIfLost)
                .forEach(all::add);
        return all;
    }

    /** A node that comes back with what was lost on it must not go on with it: its successor may run already. */
    private static Allocation stopIfLost(Allocation ended) {
        return ended.getClientStatus() == ClientStatus.CLIENT_STATUS_LOST
                ? ended.toBuilder()
                        .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                        .build()
                : ended;
    }
}
