package dev.gantry.node;

import dev.gantry.node.allocation.AllocationRunner;
import dev.gantry.node.fingerprint.NodeFingerprint;
import dev.gantry.node.log.LogReader;
import dev.gantry.node.session.OwnerThread;
import dev.gantry.node.session.ServerSession;
import dev.gantry.node.session.SessionHandler;
import dev.gantry.node.session.UpdateQueue;
import dev.gantry.node.state.ClusterMembership;
import dev.gantry.node.state.StateFailureLog;
import dev.gantry.node.state.StateWriter;
import dev.gantry.v1.AllocationUpdates;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.FileQuestion;
import dev.gantry.v1.Identity;
import dev.gantry.v1.ReadLog;
import dev.gantry.v1.Register;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent of a node: passes the assignments of the server to the allocations, and reports the states of allocations
 * and the fingerprint of the machine to the server. Without a server, the tasks keep running and the reports wait.
 *
 * <p>The owner thread owns the state. Public methods may be called on any thread.
 */
public final class NodeAgent {

    private static final Logger LOG = LoggerFactory.getLogger(NodeAgent.class);

    private final OwnerThread owner;
    private final NodeDescription self;
    private final String secret;
    private final NodeAllocations allocations;
    private final UpdateQueue updates;
    private final ClusterMembership cluster;
    private final ServerAcceptance acceptance;
    private final ServerSession session;
    private final LogAnswers logs;
    private final TaskActions actions;
    private final FileAnswers files;
    private final VariableQuestions variables;
    private final DataQuestions data;
    private final TemplateWatches templates;
    private final StateWriter writer;
    private final CompletableFuture<Void> allEnded = new CompletableFuture<>();
    private final CompletableFuture<Void> allReported = new CompletableFuture<>();
    private boolean wasReady;
    private boolean fingerprintIsNew;
    private boolean stopping;

    /**
     * Creates an agent; {@link #start()} starts it.
     *
     * @param owner the owner thread
     * @param self the description of the node
     * @param secret proves to the server that it is the same node
     * @param allocations the node's allocations
     * @param updates the queue of allocation updates for the server
     * @param logs reads logs of tasks
     * @param drivers threads for signals to tasks, which may block; rejects what exceeds its bounds
     * @param fileReaders threads that read files of allocations, which may block; rejects what exceeds its bounds
     * @param variables the questions for variables
     * @param data the questions for the data of other allocations
     * @param templates watches at the server what templates look up
     * @param cluster decides whether the node accepts a server
     * @param writer writes the state of the node to disk
     * @param session creates the session with the server
     */
    public NodeAgent(
            OwnerThread owner,
            NodeDescription self,
            String secret,
            NodeAllocations allocations,
            UpdateQueue updates,
            LogReader logs,
            Executor drivers,
            Executor fileReaders,
            VariableQuestions variables,
            DataQuestions data,
            TemplateWatches templates,
            ClusterMembership cluster,
            StateWriter writer,
            Function<SessionHandler, ServerSession> session) {
        this.owner = owner;
        this.self = self;
        this.secret = secret;
        this.allocations = allocations;
        this.updates = updates;
        this.cluster = cluster;
        this.variables = variables;
        this.data = data;
        this.templates = templates;
        this.writer = writer;
        String name = self.node().getName();
        this.acceptance = new ServerAcceptance(cluster, name);
        this.session = session.apply(new Session());
        this.logs = new LogAnswers(
                owner,
                allocations,
                logs,
                name,
                chunk -> this.session.send(
                        ConnectRequest.newBuilder().setLogChunk(chunk).build()));
        this.actions = new TaskActions(
                owner,
                allocations,
                drivers,
                result -> this.session.send(
                        ConnectRequest.newBuilder().setTaskActionResult(result).build()));
        this.files = new FileAnswers(
                owner,
                allocations,
                fileReaders,
                name,
                answer -> this.session.send(
                        ConnectRequest.newBuilder().setFileAnswer(answer).build()));
    }

    /**
     * Restores the allocations of an earlier process, which only reads files, then begins to connect to a server.
     *
     * @return completed once the allocations are restored, whether a server answers or not
     */
    public CompletableFuture<Void> start() {
        return onOwner(() -> {
            allocations.onNews(this::sendNews);
            variables.onNews(this::sendNews);
            data.onNews(this::sendNews);
            templates.onNews(this::sendNews);
            allocations.restore();
            if (cluster.isNew()) {
                // Older versions did not store the cluster's index.
                cluster.raise(allocations.highestIndex());
            }
            session.open();
        });
    }

    /**
     * Stores a new fingerprint of the machine, and sends it if it differs from the one before.
     *
     * @param fingerprint the fingerprint
     */
    public void fingerprinted(NodeFingerprint fingerprint) {
        owner.execute(() -> {
            fingerprintIsNew |= self.update(fingerprint);
            sendNews();
        });
    }

    /**
     * Stops all tasks, and takes no new ones.
     *
     * @return the progress of the stop
     */
    public Stopping stopTasks() {
        CompletableFuture<Duration> killTimeout = new CompletableFuture<>();
        owner.execute(() -> {
            stopping = true;
            killTimeout.complete(allocations.killTimeout());
            allocations.stopAll("The node stops");
            sendNews();
        });
        return new Stopping(killTimeout, allEnded, allReported);
    }

    /**
     * The progress of {@link #stopTasks()}.
     *
     * @param killTimeout completed with the longest kill timeout of the tasks
     * @param allEnded completed once all tasks have ended
     * @param allReported completed once the server has stored the ends of all tasks; never without a server
     */
    public record Stopping(
            CompletableFuture<Duration> killTimeout,
            CompletableFuture<Void> allEnded,
            CompletableFuture<Void> allReported) {}

    /**
     * Ends the session and leaves the tasks running, for the next process of the node.
     *
     * @param atMost the longest wait for the thread of each task
     * @throws InterruptedException if the thread was interrupted
     */
    public void leave(Duration atMost) throws InterruptedException {
        CompletableFuture<List<AllocationRunner>> detached = new CompletableFuture<>();
        onOwner(() -> {
                    stopping = true;
                    session.close();
                    detached.complete(allocations.detachAll());
                })
                .join();
        NodeAllocations.joinAll(detached.join(), atMost);
    }

    private CompletableFuture<Void> onOwner(Runnable work) {
        return CompletableFuture.runAsync(work, owner);
    }

    private void sendNews() {
        if (stopping && allocations.areAllEnded()) {
            allEnded.complete(null);
            if (updates.isEmpty()) {
                allReported.complete(null);
            }
        }
        if (!session.isReady() || isRefusing()) {
            return;
        }
        if (fingerprintIsNew) {
            fingerprintIsNew = false;
            session.send(ConnectRequest.newBuilder()
                    .setFingerprint(self.fingerprint().toMessage())
                    .build());
        }
        updates.next().ifPresent(this::send);
        variables.send(session::send);
        data.send(session::send);
        templates.send(session::send);
    }

    private void send(AllocationUpdates next) {
        session.send(ConnectRequest.newBuilder().setAllocationUpdates(next).build());
    }

    private void receive(ConnectResponse message) {
        if (isRefusing() && !message.hasRejoin() && !message.hasReadLog() && !message.hasFileQuestion()) {
            LOG.warn("Ignoring a message of a server that this node refuses");
            return;
        }
        switch (message.getMessageCase()) {
            case DESIRED_STATE -> apply(message.getDesiredState());
            case ALLOCATION_UPDATES_ACK -> {
                long sequence = message.getAllocationUpdatesAck().getSequence();
                allocations.acknowledge(updates.acknowledge(sequence));
                sendNews();
            }
            case READ_LOG -> {
                ReadLog request = message.getReadLog();
                acceptance.refusal().ifPresentOrElse(why -> logs.refuse(request, why), () -> logs.answer(request));
            }
            case FILE_QUESTION -> {
                FileQuestion question = message.getFileQuestion();
                acceptance
                        .refusal()
                        .ifPresentOrElse(why -> files.refuse(question, why, false), () -> files.answer(question));
            }
            case TASK_VARIABLES -> {
                variables.answered(message.getTaskVariables());
                sendNews();
            }
            case DATA_ANSWER -> {
                data.answered(message.getDataAnswer());
                sendNews();
            }
            case TEMPLATE_DATA -> templates.received(message.getTemplateData());
            case TASK_ACTION -> {
                if (stopping) {
                    actions.refuse(message.getTaskAction(), "The node stops all its tasks");
                } else {
                    actions.act(message.getTaskAction());
                }
            }
            case REJOIN -> rejoin();
            case IDENTITY, REGISTERED, SERVER_ADDRESSES, MESSAGE_NOT_SET ->
                LOG.warn("Ignoring a message that this version of the node does not know");
        }
    }

    private void apply(DesiredState desired) {
        desired.getAllocationsList().forEach(allocation -> cluster.raise(allocation.getModifyIndex()));
        if (!stopping) {
            allocations.apply(desired);
        }
    }

    private boolean isRefusing() {
        return acceptance.refusal().isPresent();
    }

    private void rejoin() {
        if (!isRefusing()) {
            return;
        }
        acceptance.rejoin();
        var unused = writer.saveCluster()
                .whenComplete((saved, failure) -> owner.execute(() -> {
                    if (failure == null) {
                        session.restart();
                    } else {
                        StateFailureLog.tell(
                                LOG, "Can't store the new cluster; the node still refuses the server", failure);
                    }
                }));
    }

    /** Handles the events of the session. */
    private final class Session implements SessionHandler {

        @Override
        public CompletableFuture<Register> identified(Identity identity) {
            acceptance.judge(identity);
            return writer.saveCluster().thenApplyAsync(saved -> register(), owner);
        }

        private Register register() {
            fingerprintIsNew = false;
            return Register.newBuilder()
                    .setNode(self.node())
                    .setSecret(secret)
                    .setRefusal(acceptance.refusal().orElse(""))
                    .build();
        }

        @Override
        public boolean accepts() {
            return !isRefusing();
        }

        @Override
        public void registered() {
            acceptance.log();
            if (isRefusing()) {
                return;
            }
            if (!wasReady) {
                wasReady = true;
                LOG.info("Gantry node {} is ready", self.node().getName());
            }
            allocations.beginSession();
            updates.beginSession();
            templates.beginSession();
            sendNews();
        }

        @Override
        public void received(ConnectResponse message) {
            receive(message);
        }

        @Override
        public void ready() {
            sendNews();
        }

        @Override
        public void disconnected() {
            logs.endSession();
            actions.endSession();
            files.endSession();
            variables.endSession();
            data.endSession();
        }
    }
}
