package dev.gantry.cluster.node;

import dev.gantry.cluster.NodeNotConnectedException;
import dev.gantry.cluster.NodeRefusedException;
import dev.gantry.cluster.OverloadedException;
import dev.gantry.cluster.PermissionDeniedException;
import dev.gantry.cluster.RefusedException;
import dev.gantry.cluster.SerialTask;
import dev.gantry.cluster.SessionEndedException;
import dev.gantry.cluster.watch.WatchHub;
import dev.gantry.model.ProtoTimes;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationUpdates;
import dev.gantry.v1.AllocationUpdatesAck;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.FileAnswer;
import dev.gantry.v1.FileQuestion;
import dev.gantry.v1.Identity;
import dev.gantry.v1.LogChunk;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.ReadLog;
import dev.gantry.v1.Register;
import dev.gantry.v1.Registered;
import dev.gantry.v1.Rejoin;
import dev.gantry.v1.ServerAddresses;
import dev.gantry.v1.TaskAction;
import dev.gantry.v1.TaskActionResult;
import dev.gantry.v1.TaskVariables;
import dev.gantry.v1.VariablesRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session between one node and this server, from the node's first message to the end of the stream.
 *
 * <p>Messages of the node arrive one at a time. One {@link SerialTask} sends all that the server sends on its own, and
 * owns the record of what was sent: first Registered, then the complete desired state, then changes. A node that
 * refuses this server gets only Registered, so that it counts as alive.
 */
public final class NodeSession {

    private static final Logger LOG = LoggerFactory.getLogger(NodeSession.class);

    /** How many terminal allocations are sent when a session begins: their logs can still be read. */
    private static final int ENDED_ALLOCATIONS = 50;

    /** The most requests for variables that wait for their answers. */
    private static final int VARIABLE_REQUESTS = 16;

    /** The most questions for the data of other allocations that wait for their answers. */
    private static final int DATA_QUESTIONS = 16;

    /** The most reads of logs that wait for the node. */
    private static final int READS = 256;

    /** The most questions for files that wait for the node. */
    private static final int FILES = 64;

    /** Added to the time that the node may take to answer a read. */
    private static final Duration READ_GRACE = Duration.ofSeconds(10);

    /** The most actions on tasks that wait for the node. */
    private static final int ACTIONS = 64;

    /** Longer than the node takes, which limits its calls of the driver. */
    private static final Duration ACTION_PATIENCE = Duration.ofSeconds(30);

    private final Context context;
    private final NodeConnection connection;
    private final PendingAnswers<LogChunk> reads = new PendingAnswers<>("reads of logs of this node", READS);
    private final PendingAnswers<TaskActionResult> actions =
            new PendingAnswers<>("actions on tasks of this node", ACTIONS);

    private final PendingAnswers<FileAnswer> files = new PendingAnswers<>("questions for files of this node", FILES);

    /** How many requests for variables wait for their answers. */
    private final AtomicInteger variableRequests = new AtomicInteger();

    /** How many questions for the data of other allocations wait for their answers. */
    private final AtomicInteger dataQuestions = new AtomicInteger();

    private final SerialTask push;

    /** Owned by the runs of push, except for what the node wishes. */
    private final TemplateFeeds templates;

    /** Changes to send, the newest of each allocation, so at most as many as there are allocations on the node. */
    private final ConcurrentMap<String, Allocation> assignments = new ConcurrentHashMap<>();

    /** The highest sequence number of the node's updates that is on disk. */
    private final AtomicLong storedSequence = new AtomicLong();

    private volatile String nodeId;
    private volatile boolean isRefusing;
    private volatile boolean ended;

    private final Optional<CertifiedName> certificate;

    // Guarded by this.
    private Optional<NodeAdmission.Admitted> admitted = Optional.empty();
    private Optional<Register> early = Optional.empty();
    private boolean registering;

    // Owned by the runs of push.
    private boolean registeredSent;
    private List<String> toldServers = List.of();
    private boolean snapshotRead;
    private boolean completeSent;
    private final Queue<Allocation> snapshot = new ArrayDeque<>();
    private long acknowledgedSequence;

    /**
     * The parts of the server that all sessions use.
     *
     * @param reader reads the allocations of nodes
     * @param registry stores what nodes report
     * @param liveness records that nodes are alive
     * @param parts divides the desired state into messages
     * @param current the current session of each node
     * @param variables answers requests for variables
     * @param data answers questions for the data of other allocations
     * @param templates finds what templates look up
     * @param hub wakes sessions when that changes
     * @param servers the addresses of all servers; never blocks
     * @param awaitOnDisk waits until all writes up to an index are on disk
     * @param executor threads that may block on the database
     * @param clock tells which certificates have ended
     */
    record Context(
            StoreReader reader,
            NodeRegistry registry,
            NodeLiveness liveness,
            DesiredParts parts,
            CurrentSessions current,
            VariableAnswers variables,
            DataAnswers data,
            TemplateAnswers templates,
            WatchHub hub,
            Supplier<List<String>> servers,
            LongConsumer awaitOnDisk,
            Executor executor,
            InstantSource clock) {}

    /** The current session of each node. */
    interface CurrentSessions {

        /** Makes a session the current one of its node, and ends an older one. */
        void enter(String nodeId, NodeSession session);

        /** Removes a session; returns true if it was the current one of its node. */
        boolean leave(String nodeId, NodeSession session);
    }

    NodeSession(Context context, NodeConnection connection, Optional<CertifiedName> certificate) {
        this.certificate = certificate;
        this.context = context;
        this.connection = connection;
        this.push = new SerialTask(context.executor(), this::push);
        this.templates = new TemplateFeeds(context.templates(), context.hub(), connection, push::call);
    }

    /** Lets the node register: tells it which cluster this is. Never blocks. */
    void admit(NodeAdmission.Admitted node, Identity identity) {
        connection.send(ConnectResponse.newBuilder().setIdentity(identity).build());
        Optional<Register> waiting;
        synchronized (this) {
            admitted = Optional.of(node);
            waiting = early;
        }
        waiting.ifPresent(register -> register(node, register));
    }

    /**
     * Handles a message of the node. Never blocks.
     *
     * @param request the message, validated; one at a time
     */
    public void onMessage(ConnectRequest request) {
        if (ended || endIfUncertified()) {
            return;
        }
        if (request.hasRegister() && beginRegistering()) {
            admittedFor(request.getRegister()).ifPresent(node -> register(node, request.getRegister()));
        } else if (request.hasRegister() || nodeId == null) {
            end(new SessionEndedException("A session begins with one Register, and waits for Registered"));
        } else {
            context.liveness().heard(nodeId);
            onMessage(nodeId, request);
        }
    }

    /**
     * Ends the session if the node's certificate has ended. Each message of the node is checked, and a node that is silent is
     * marked as down, which ends its session.
     */
    private boolean endIfUncertified() {
        Optional<Instant> end = certificate
                .map(CertifiedName::end)
                .filter(time -> !context.clock().instant().isBefore(time));
        end.ifPresent(time -> end(SessionEndedException.certificateEnded(time)));
        return end.isPresent();
    }

    /** Queues a change of an allocation's desired state. Never blocks. */
    void assign(Allocation allocation) {
        if (isRefusing) {
            return;
        }
        assignments.put(allocation.getId(), allocation);
        push.call();
    }

    /** Called when the stream is ready again. Never blocks. */
    public void onReady() {
        if (nodeId != null) {
            push.call();
        }
    }

    /**
     * Called when the stream has ended for any reason. The node can reconnect within its time to live. Never blocks.
     */
    public void onEnd() {
        ended = true;
        String id = nodeId;
        if (id != null && context.current().leave(id, this)) {
            LOG.info("Node {} has disconnected", id);
        }
        if (id != null) {
            failPending(id);
            // Ends the watches of templates.
            push.call();
        }
    }

    private void failPending(String id) {
        reads.failAll(new NodeNotConnectedException(id));
        actions.failAll(new NodeNotConnectedException(id));
        files.failAll(new NodeNotConnectedException(id));
    }

    /**
     * Ends the session.
     *
     * @param why the error that the node gets
     */
    public void end(Throwable why) {
        connection.end(why);
        onEnd();
    }

    /** Tells the node to accept this server; returns false if the node does so already. */
    boolean rejoin() {
        if (isRefusing) {
            connection.send(ConnectResponse.newBuilder()
                    .setRejoin(Rejoin.getDefaultInstance())
                    .build());
        }
        return isRefusing;
    }

    /**
     * Reads a piece of a log from the node.
     *
     * @return the piece; fails with {@link OverloadedException}, {@link NodeNotConnectedException} or a timeout
     */
    CompletableFuture<LogChunk> readLog(ReadLog question) {
        return unlessEnded(reads.ask(
                ProtoTimes.toDuration(question.getWait()).plus(READ_GRACE),
                id -> connection.send(ConnectResponse.newBuilder()
                        .setReadLog(question.toBuilder().setRequestId(id))
                        .build())));
    }

    /**
     * Has the node act on tasks.
     *
     * @return the node's answer; fails with {@link OverloadedException}, {@link NodeNotConnectedException}, {@link
     *     RefusedException} if the node refuses this server, or a timeout
     */
    CompletableFuture<TaskActionResult> act(TaskAction action) {
        if (isRefusing) {
            return CompletableFuture.failedFuture(new RefusedException(
                    "Node %s refuses this server and does nothing for it: see gantry node status".formatted(nodeId)));
        }
        return unlessEnded(actions.ask(
                ACTION_PATIENCE,
                id -> connection.send(ConnectResponse.newBuilder()
                        .setTaskAction(action.toBuilder().setRequestId(id))
                        .build())));
    }

    /**
     * Asks the node for a file of an allocation.
     *
     * @return the node's answer; fails with {@link OverloadedException}, {@link NodeNotConnectedException} or a timeout
     */
    CompletableFuture<FileAnswer> askForFile(FileQuestion question) {
        return unlessEnded(files.ask(
                READ_GRACE,
                id -> connection.send(ConnectResponse.newBuilder()
                        .setFileQuestion(question.toBuilder().setRequestId(id))
                        .build())));
    }

    /** Fails a request that was added after {@link #onEnd} has failed the earlier ones. */
    private <A> CompletableFuture<A> unlessEnded(CompletableFuture<A> answer) {
        if (ended) {
            failPending(nodeId);
        }
        return answer;
    }

    /** Returns true for the first Register of the session. */
    private synchronized boolean beginRegistering() {
        boolean isFirst = !registering;
        registering = true;
        return isFirst;
    }

    /** Returns the admission of the node; keeps the Register until then if there is none yet. */
    private synchronized Optional<NodeAdmission.Admitted> admittedFor(Register register) {
        if (admitted.isEmpty()) {
            early = Optional.of(register);
        }
        return admitted;
    }

    private void register(NodeAdmission.Admitted admittedNode, Register register) {
        Node node = register.getNode();
        try {
            admittedNode.require(register);
        } catch (PermissionDeniedException e) {
            end(e);
            return;
        }
        Optional<String> otherName = certificate.map(CertifiedName::name).filter(name -> !name.equals(node.getName()));
        if (otherName.isPresent()) {
            end(NodeRefusedException.otherCertificate(node.getName(), otherName.get()));
            return;
        }
        NodeRegistry.Proof proof = new NodeRegistry.Proof(admittedNode.joins().getAsBoolean(), certificate.isPresent());
        CompletableFuture<Node> stored =
                context.registry().register(node, register.getSecret(), register.getRefusal(), proof);
        endOnFailure(stored.thenAcceptAsync(this::begin, context.executor()));
    }

    private void begin(Node node) {
        isRefusing = node.getStatus() == NodeStatus.NODE_STATUS_REFUSING;
        if (isRefusing) {
            LOG.warn(
                    "Node {} ({}) has connected and does not accept this server: {}",
                    node.getName(),
                    node.getId(),
                    node.getStatusDescription());
        } else {
            LOG.info("Node {} ({}) has connected", node.getName(), node.getId());
        }
        context.liveness().heard(node.getId());
        connection.registered(node);
        nodeId = node.getId();
        context.current().enter(nodeId, this);
        if (ended) {
            // onEnd() may have run before the session was entered.
            onEnd();
        } else if (isGivenUp(nodeId)) {
            // The node was marked down after it registered and before it was heard from: end the session so that it
            // registers again.
            end(SessionEndedException.givenUp(nodeId));
        }
        push.call();
    }

    private boolean isGivenUp(String id) {
        return !context.reader().nodes().isPresent(id);
    }

    private void onMessage(String from, ConnectRequest request) {
        if (isRefusing && !request.hasHeartbeat() && !request.hasLogChunk() && !request.hasFileAnswer()) {
            end(new SessionEndedException("A node that refuses this server says only that it is alive"));
            return;
        }
        switch (request.getMessageCase()) {
            case HEARTBEAT -> LOG.trace("Node {} is alive", from);
            case FINGERPRINT ->
                endOnFailure(context.registry().fingerprint(from, request.getFingerprint(), this::isCurrent));
            case ALLOCATION_UPDATES -> update(from, request.getAllocationUpdates());
            case LOG_CHUNK -> reads.answer(request.getLogChunk().getRequestId(), request.getLogChunk());
            case TASK_ACTION_RESULT ->
                actions.answer(request.getTaskActionResult().getRequestId(), request.getTaskActionResult());
            case FILE_ANSWER -> files.answer(request.getFileAnswer().getRequestId(), request.getFileAnswer());
            case TEMPLATE_WATCH -> {
                if (!templates.take(request.getTemplateWatch())) {
                    end(tooManyWatches());
                }
            }
            case VARIABLES_REQUEST -> answer(from, request.getVariablesRequest());
            case DATA_QUESTION -> answer(from, request.getDataQuestion());
            case REGISTER, MESSAGE_NOT_SET -> end(new SessionEndedException("This server does not know this message"));
        }
    }

    private void update(String from, AllocationUpdates updates) {
        endOnFailure(context.registry()
                .updateAllocations(from, updates.getUpdatesList(), this::isCurrent)
                .thenAccept(done -> {
                    storedSequence.accumulateAndGet(updates.getSequence(), Math::max);
                    push.call();
                }));
    }

    /** Answers a request for variables. More than a node asks for at a time are not kept: each answer may have 1 MiB. */
    private void answer(String from, VariablesRequest request) {
        if (variableRequests.incrementAndGet() > VARIABLE_REQUESTS) {
            end(new SessionEndedException(
                    "More than %d requests for variables wait for their answers".formatted(VARIABLE_REQUESTS)));
            return;
        }
        context.executor().execute(() -> {
            try {
                TaskVariables answer = context.variables().answer(from, request);
                var unused = connection.reading(request, answer).thenRun(() -> {
                    variableRequests.decrementAndGet();
                    connection.send(ConnectResponse.newBuilder()
                            .setTaskVariables(answer)
                            .build());
                });
            } catch (RuntimeException e) {
                end(e);
            }
        });
    }

    /** Answers a question for data. More than a node asks for at a time are not kept: each answer may have 256 KiB. */
    private void answer(String from, FileQuestion question) {
        if (dataQuestions.incrementAndGet() > DATA_QUESTIONS) {
            end(new SessionEndedException(
                    "More than %d questions for data wait for their answers".formatted(DATA_QUESTIONS)));
            return;
        }
        context.executor().execute(() -> {
            try {
                var unused = context.data().answer(from, question).thenAccept(answer -> {
                    dataQuestions.decrementAndGet();
                    connection.send(
                            ConnectResponse.newBuilder().setDataAnswer(answer).build());
                });
            } catch (RuntimeException e) {
                end(e);
            }
        });
    }

    private boolean isCurrent() {
        return !ended;
    }

    /** Ends the session if a write fails; the node reports everything again in its next session. */
    private void endOnFailure(CompletableFuture<?> stored) {
        stored.exceptionally(failure -> {
            end(failure);
            return null;
        });
    }

    private static SessionEndedException tooManyWatches() {
        return new SessionEndedException(
                "The node watches the templates of more than %d tasks".formatted(TemplateFeeds.MOST));
    }

    private void push() {
        if (ended) {
            templates.close();
            return;
        }
        if (!connection.isReady()) {
            return;
        }
        try {
            if (!registeredSent) {
                registeredSent = true;
                sendRegistered();
            }
            sendServers();
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
                sendAssignments();
            }
            acknowledge();
            if (!templates.push(nodeId)) {
                end(tooManyWatches());
            }
        } catch (RuntimeException e) {
            end(e);
        }
    }

    private void sendRegistered() {
        connection.send(ConnectResponse.newBuilder()
                .setRegistered(Registered.newBuilder()
                        .setHeartbeatInterval(
                                ProtoTimes.toDuration(context.liveness().heartbeatInterval())))
                .build());
    }

    private void sendServers() {
        List<String> servers = context.servers().get();
        if (!servers.equals(toldServers)) {
            toldServers = servers;
            connection.send(ConnectResponse.newBuilder()
                    .setServerAddresses(ServerAddresses.newBuilder().addAllAddresses(servers))
                    .build());
        }
    }

    private void readSnapshot() {
        List<Allocation> all = allAllocations(context.reader());
        // Drop changes that are older than the snapshot, so that they are not sent after it.
        all.forEach(read -> assignments.computeIfPresent(
                read.getId(), (id, queued) -> queued.getModifyIndex() <= read.getModifyIndex() ? null : queued));
        context.awaitOnDisk()
                .accept(all.stream().mapToLong(Allocation::getModifyIndex).max().orElse(0));
        snapshot.addAll(all);
    }

    /**
     * Sends the next part of the complete state. Changes wait until its end: only the last part lets the node tell
     * which allocations were not named.
     */
    private void sendPart() {
        DesiredState.Builder part =
                snapshot.isEmpty() ? DesiredState.newBuilder() : context.parts().take(snapshot);
        completeSent = snapshot.isEmpty();
        send(part.setComplete(completeSent));
    }

    private void sendAssignments() {
        List<Allocation> news = new ArrayList<>(assignments.values());
        news.sort(Comparator.comparing(Allocation::getCreateIndex).thenComparing(Allocation::getId));
        Queue<Allocation> waiting = new ArrayDeque<>(news);
        while (!waiting.isEmpty() && connection.isReady()) {
            DesiredState.Builder part = context.parts().take(waiting);
            // Allocations that have changed again, or that do not fit now, stay for the next run.
            part.getAllocationsList().forEach(sent -> assignments.remove(sent.getId(), sent));
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

    /** Tells a node that returns to stop an allocation that was marked as lost: its replacement may run already. */
    private static Allocation stopIfLost(Allocation ended) {
        return ended.getClientStatus() == ClientStatus.CLIENT_STATUS_LOST
                ? ended.toBuilder()
                        .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                        .build()
                : ended;
    }
}
