package dev.gantry.node;

import dev.gantry.node.allocation.AllocationRunner;
import dev.gantry.node.fingerprint.NodeFingerprint;
import dev.gantry.node.log.LogReader;
import dev.gantry.node.log.LogSource;
import dev.gantry.node.session.OwnerThread;
import dev.gantry.node.session.ServerSession;
import dev.gantry.node.session.SessionHandler;
import dev.gantry.node.session.UpdateQueue;
import dev.gantry.node.state.ClusterMembership;
import dev.gantry.node.state.StateWriter;
import dev.gantry.v1.AllocationUpdates;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.Identity;
import dev.gantry.v1.LogChunk;
import dev.gantry.v1.ReadLog;
import dev.gantry.v1.Register;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node does: brings what the server says to the allocations, and what they and the machine have to say to the
 * server. Without a server all of it goes on; what there is to say waits.
 *
 * <p>Its state is owned by the owner thread. Public methods may be called on any thread.
 */
public final class NodeAgent {

    private static final Logger LOG = LoggerFactory.getLogger(NodeAgent.class);

    private final OwnerThread owner;
    private final NodeDescription self;
    private final String secret;
    private final NodeAllocations allocations;
    private final UpdateQueue updates;
    private final LogReader logs;
    private final ServerSession session;
    private final ClusterMembership cluster;
    private final StateWriter writer;
    private final CompletableFuture<Void> allEnded = new CompletableFuture<>();
    private final CompletableFuture<Void> allTold = new CompletableFuture<>();
    private boolean wasReady;
    private boolean fingerprintIsNew;
    private boolean stopping;
    private long sessionNumber;

    /** Who the server of this session says it is, and why it is not obeyed; empty if it is. */
    private Identity server = Identity.getDefaultInstance();

    private Optional<String> refusal = Optional.empty();
    private String loggedRefusal = "";

    /**
     * Puts the parts together; nothing happens yet.
     *
     * @param owner the owner thread
     * @param self what the node is
     * @param secret proves to the server that it is the same node
     * @param allocations its allocations
     * @param updates what the server must know of them
     * @param logs answers reads of logs
     * @param cluster which servers may be obeyed
     * @param writer makes sure of what is known of the cluster
     * @param session makes the session with the server
     */
    public NodeAgent(
            OwnerThread owner,
            NodeDescription self,
            String secret,
            NodeAllocations allocations,
            UpdateQueue updates,
            LogReader logs,
            ClusterMembership cluster,
            StateWriter writer,
            Function<SessionHandler, ServerSession> session) {
        this.owner = owner;
        this.self = self;
        this.secret = secret;
        this.allocations = allocations;
        this.updates = updates;
        this.logs = logs;
        this.cluster = cluster;
        this.writer = writer;
        this.session = session.apply(new Session());
    }

    /**
     * Takes up what an earlier process has left, which takes no longer than to read files, then begins to speak to the server.
     *
     * @return completed once what was left is taken up, whether there is a server or not
     */
    public CompletableFuture<Void> start() {
        return onOwner(() -> {
            allocations.onNews(this::tellNews);
            allocations.restore();
            if (cluster.isNew()) {
                // The only trace of a cluster that an older version has left.
                cluster.raise(allocations.highestIndex());
            }
            session.open();
        });
    }

    /**
     * Takes a new look at the machine.
     *
     * @param fingerprint what was found
     */
    public void fingerprinted(NodeFingerprint fingerprint) {
        owner.execute(() -> {
            fingerprintIsNew |= self.update(fingerprint);
            tellNews();
        });
    }

    /**
     * Stops all tasks, and takes no new ones.
     *
     * @return what to wait for
     */
    public Stopping stopTasks() {
        CompletableFuture<Duration> killTimeout = new CompletableFuture<>();
        owner.execute(() -> {
            stopping = true;
            killTimeout.complete(allocations.killTimeout());
            allocations.stopAll("The node stops");
            tellNews();
        });
        return new Stopping(killTimeout, allEnded, allTold);
    }

    /**
     * How far the stop of all tasks is.
     *
     * @param killTimeout the longest that a task may take to end by itself
     * @param allEnded completed once all tasks have ended
     * @param allTold completed once the server knows, too; never if there is none
     */
    public record Stopping(
            CompletableFuture<Duration> killTimeout,
            CompletableFuture<Void> allEnded,
            CompletableFuture<Void> allTold) {}

    /**
     * Ends the session, and leaves tasks as they are: another process takes them up.
     *
     * @param atMost how long to wait for each task's thread to let go
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

    private void tellNews() {
        if (stopping && allocations.areAllEnded()) {
            allEnded.complete(null);
            if (updates.isEmpty()) {
                allTold.complete(null);
            }
        }
        if (!session.isReady() || refusal.isPresent()) {
            return;
        }
        if (fingerprintIsNew) {
            fingerprintIsNew = false;
            session.send(ConnectRequest.newBuilder()
                    .setFingerprint(self.fingerprint().toMessage())
                    .build());
        }
        updates.next().ifPresent(this::send);
    }

    private void send(AllocationUpdates next) {
        session.send(ConnectRequest.newBuilder().setAllocationUpdates(next).build());
    }

    private void receive(ConnectResponse message) {
        if (refusal.isPresent() && !message.hasRejoin() && !message.hasReadLog()) {
            LOG.warn("A server that this node does not obey wants something of it; it is passed over");
            return;
        }
        switch (message.getMessageCase()) {
            case DESIRED_STATE -> obey(message.getDesiredState());
            case ALLOCATION_UPDATES_ACK -> {
                long sequence = message.getAllocationUpdatesAck().getSequence();
                allocations.acknowledge(updates.acknowledge(sequence));
                tellNews();
            }
            case READ_LOG -> readLog(message.getReadLog());
            case REJOIN -> rejoin();
            case IDENTITY, REGISTERED, MESSAGE_NOT_SET ->
                LOG.warn("The server says something that this version does not know; it is passed over");
        }
    }

    private void obey(DesiredState desired) {
        desired.getAllocationsList().forEach(allocation -> cluster.raise(allocation.getModifyIndex()));
        if (!stopping) {
            allocations.apply(desired);
        }
    }

    private void rejoin() {
        if (refusal.isEmpty()) {
            return;
        }
        LOG.warn(
                "An operator has this node obey the server of cluster {} at index {}: what that does not know is stopped",
                server.getClusterId(),
                server.getIndex());
        cluster.accept(server);
        var unused = writer.saveCluster()
                .whenComplete((saved, failure) -> owner.execute(() -> {
                    if (failure == null) {
                        session.restart();
                    } else {
                        LOG.error("That can't be remembered; the node still refuses the server", failure);
                    }
                }));
    }

    private void readLog(ReadLog question) {
        if (refusal.isPresent()) {
            answer(sessionNumber, LogReader.error(question, refusal.get()));
            return;
        }
        Optional<AllocationRunner> runner = allocations.find(question.getAllocationId());
        Optional<LogSource> source =
                runner.flatMap(found -> found.log(question.getTask(), question.getStream(), question.getFollow()));
        if (source.isPresent()) {
            long asked = sessionNumber;
            logs.read(question, source.get(), chunk -> owner.execute(() -> answer(asked, chunk)));
        } else {
            answer(sessionNumber, LogReader.error(question, missing(question, runner)));
        }
    }

    private String missing(ReadLog question, Optional<AllocationRunner> runner) {
        return runner.map(found -> "Allocation %s has no task \"%s\"; its tasks: %s"
                        .formatted(
                                question.getAllocationId(), question.getTask(), String.join(", ", found.taskNames())))
                .orElseGet(() ->
                        ("Node %s has no logs of allocation %s: its directory was deleted after its end, as all but those of the"
                                        + " newest ended allocations are, or the allocation has not arrived there yet")
                                .formatted(self.node().getName(), question.getAllocationId()));
    }

    private String explain(String fault) {
        return "The node does not obey this server: %s. What the node runs goes on, and nothing is taken or stopped. Start the server"
                        .formatted(fault)
                + " with the right data; or, to give up what the server does not know: gantry node rejoin "
                + self.node().getName();
    }

    /** Once, however often the server is met. */
    private void logRefusal(String why) {
        if (!loggedRefusal.equals(server.getClusterId())) {
            loggedRefusal = server.getClusterId();
            LOG.error("{}", why);
        }
    }

    /** Questions are counted anew in each session: the answer to one of an older session must not be sent. */
    private void answer(long asked, LogChunk chunk) {
        if (asked == sessionNumber) {
            session.send(ConnectRequest.newBuilder().setLogChunk(chunk).build());
        }
    }

    /** What the session tells. */
    private final class Session implements SessionHandler {

        @Override
        public CompletableFuture<Register> identified(Identity identity) {
            server = identity;
            refusal = cluster.judge(identity).map(NodeAgent.this::explain);
            return writer.saveCluster().thenApplyAsync(saved -> register(), owner);
        }

        private Register register() {
            fingerprintIsNew = false;
            return Register.newBuilder()
                    .setNode(self.node())
                    .setSecret(secret)
                    .setRefusal(refusal.orElse(""))
                    .build();
        }

        @Override
        public boolean obeys() {
            return refusal.isEmpty();
        }

        @Override
        public void registered() {
            if (refusal.isPresent()) {
                logRefusal(refusal.get());
                return;
            }
            loggedRefusal = "";
            if (!wasReady) {
                wasReady = true;
                LOG.info("Gantry node {} is ready", self.node().getName());
            }
            allocations.beginSession();
            updates.beginSession();
            tellNews();
        }

        @Override
        public void received(ConnectResponse message) {
            receive(message);
        }

        @Override
        public void ready() {
            tellNews();
        }

        @Override
        public void disconnected() {
            sessionNumber++;
            logs.dropAll();
        }
    }
}
