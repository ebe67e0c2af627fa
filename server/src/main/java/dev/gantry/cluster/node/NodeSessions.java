package dev.gantry.cluster.node;

import dev.gantry.cluster.NodeNotConnectedException;
import dev.gantry.cluster.OverloadedException;
import dev.gantry.cluster.RefusedException;
import dev.gantry.cluster.SessionEndedException;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.cluster.job.JobVersionCache;
import dev.gantry.cluster.watch.WatchHub;
import dev.gantry.store.ChangeSet;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.FileAnswer;
import dev.gantry.v1.FileQuestion;
import dev.gantry.v1.Identity;
import dev.gantry.v1.LogChunk;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.ReadLog;
import dev.gantry.v1.ServiceInstance;
import dev.gantry.v1.TaskAction;
import dev.gantry.v1.Variable;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

/** Holds the sessions of connected nodes: the newest session of each node. */
public final class NodeSessions {

    private final NodeRegistry registry;
    private final NodeAdmission admission;
    private final Supplier<Identity> identity;
    private final Executor executor;
    private final NodeSession.Context context;
    private final Map<String, NodeSession> sessions = new ConcurrentHashMap<>();

    /**
     * Creates a holder without sessions.
     *
     * @param reader reads the nodes' assignments
     * @param registry stores what nodes report
     * @param admission decides which nodes may open a session
     * @param liveness records that nodes are alive
     * @param jobVersions finds the jobs of allocations
     * @param variables reads a variable by its path, with its items; empty if there is none
     * @param services finds the healthy instances of a service by its name
     * @param hub wakes sessions when services or variables change
     * @param identity the cluster id and the index that is on disk; called when a session begins, on a thread that must
     *     not block
     * @param servers the addresses of all servers, which nodes are told; never blocks
     * @param executor threads that may block on the database
     * @param clock the wall clock, by which certificates end
     */
    public NodeSessions(
            StoreReader reader,
            NodeRegistry registry,
            NodeAdmission admission,
            NodeLiveness liveness,
            JobVersionCache jobVersions,
            Function<String, Optional<Variable>> variables,
            Function<String, List<ServiceInstance>> services,
            WatchHub hub,
            Supplier<Identity> identity,
            Supplier<List<String>> servers,
            Executor executor,
            InstantSource clock) {
        this.registry = registry;
        this.admission = admission;
        this.identity = identity;
        this.executor = executor;
        this.context = new NodeSession.Context(
                reader,
                registry,
                liveness,
                new DesiredParts(jobVersions),
                new Current(),
                new VariableAnswers(new NodeTasks(reader, jobVersions), variables),
                new DataAnswers(reader, (nodeId, question) -> with(nodeId, session -> session.askForFile(question))),
                new TemplateAnswers(new NodeTasks(reader, jobVersions), variables, services),
                hub,
                servers,
                this::awaitOnDisk,
                executor,
                clock);
    }

    /**
     * Begins a session for a stream that a node has opened. The node is told nothing, and nothing that it says is handled,
     * before it is admitted; otherwise the session ends. Never blocks.
     *
     * @param connection the stream
     * @param shown what the node has shown in the headers of the stream
     * @param certificate what the certificate says that the node has shown; empty without TLS
     * @return the session, which handles the messages of the stream
     */
    public NodeSession open(NodeConnection connection, NodeCredentials shown, Optional<CertifiedName> certificate) {
        NodeSession session = new NodeSession(context, connection, certificate);
        Optional<String> certifiedName = certificate.map(CertifiedName::name);
        Optional<NodeAdmission.Admitted> withoutCheck = admission.withoutCheck(certifiedName);
        if (withoutCheck.isPresent()) {
            session.admit(withoutCheck.get(), identity.get());
        } else {
            executor.execute(() -> admit(session, shown, certifiedName));
        }
        return session;
    }

    private void admit(NodeSession session, NodeCredentials shown, Optional<String> certifiedName) {
        try {
            session.admit(admission.check(shown, certifiedName), identity.get());
        } catch (RuntimeException e) {
            session.end(e);
        }
    }

    /** Tells all nodes which servers there are, if that has changed. Never blocks. */
    public void tellServers() {
        sessions.values().forEach(NodeSession::onReady);
    }

    /**
     * Tells a node that refuses this server to accept it. Never blocks.
     *
     * @param node the node
     * @throws NodeNotConnectedException if the node has no session with this server
     * @throws RefusedException if the node accepts this server already
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
     * Reads a piece of a log from a node.
     *
     * @param nodeId the node
     * @param question the piece to read; its request_id is ignored
     * @return the piece; fails with {@link NodeNotConnectedException}, {@link OverloadedException} or a timeout
     */
    public CompletableFuture<LogChunk> readLog(String nodeId, ReadLog question) {
        return with(nodeId, session -> session.readLog(question));
    }

    /**
     * Asks a node for a file of an allocation.
     *
     * @param nodeId the node
     * @param question the question; its request_id is ignored
     * @return the answer; fails with {@link NodeNotConnectedException}, {@link OverloadedException}, a timeout, {@link
     *     UnknownObjectException} if there is no such file, or {@link RefusedException} if the node does not show it
     */
    public CompletableFuture<FileAnswer> askForFile(String nodeId, FileQuestion question) {
        return with(nodeId, session -> session.askForFile(question)).thenApply(answer -> {
            if (answer.getMissing()) {
                throw UnknownObjectException.told(answer.getError());
            }
            if (!answer.getError().isEmpty()) {
                throw new RefusedException(answer.getError());
            }
            return answer;
        });
    }

    /**
     * Has a node restart tasks or send them a signal.
     *
     * @param nodeId the node
     * @param action the action; its request_id is ignored
     * @return the tasks; fails with {@link NodeNotConnectedException}, {@link OverloadedException}, a timeout, or {@link
     *     RefusedException} if the node could not do it
     */
    public CompletableFuture<List<String>> act(String nodeId, TaskAction action) {
        return with(nodeId, session -> session.act(action)).thenApply(result -> {
            if (!result.getError().isEmpty()) {
                throw new RefusedException(result.getError());
            }
            return result.getTasksList();
        });
    }

    private <A> CompletableFuture<A> with(String nodeId, Function<NodeSession, CompletableFuture<A>> call) {
        return Optional.ofNullable(sessions.get(nodeId))
                .map(call)
                .orElseGet(() -> CompletableFuture.failedFuture(new NodeNotConnectedException(nodeId)));
    }

    /**
     * Sends changed allocations to their nodes. Ends the sessions of nodes that were marked as down, so that nodes that
     * are alive register again. Never blocks.
     *
     * @param changes the changes of a write
     */
    public void publish(ChangeSet changes) {
        for (Allocation assignment : changes.assignments()) {
            NodeSession session = sessions.get(assignment.getNodeId());
            if (session != null) {
                session.assign(assignment);
            }
        }
        changes.nodes().stream()
                .filter(node -> node.getStatus() == NodeStatus.NODE_STATUS_DOWN)
                .forEach(this::endSession);
    }

    /** Waits until all writes up to an index are on disk: a node must not get what a power failure could still undo. */
    private void awaitOnDisk(long index) {
        if (index > identity.get().getIndex()) {
            registry.awaitOnDisk().join();
        }
    }

    private void endSession(Node node) {
        Optional.ofNullable(sessions.get(node.getId()))
                .ifPresent(session -> session.end(SessionEndedException.givenUp(node.getId())));
    }

    private final class Current implements NodeSession.CurrentSessions {

        @Override
        public void enter(String nodeId, NodeSession session) {
            Optional.ofNullable(sessions.put(nodeId, session))
                    .ifPresent(older ->
                            older.end(new SessionEndedException("Node %s has a newer session".formatted(nodeId))));
        }

        @Override
        public boolean leave(String nodeId, NodeSession session) {
            return sessions.remove(nodeId, session);
        }
    }
}
