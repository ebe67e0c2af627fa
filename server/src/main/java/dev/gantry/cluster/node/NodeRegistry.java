package dev.gantry.cluster.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.gantry.access.Secrets;
import dev.gantry.cluster.NodeRefusedException;
import dev.gantry.cluster.OverloadedException;
import dev.gantry.cluster.RefusedException;
import dev.gantry.cluster.UnauthenticatedException;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.cluster.deployment.DeploymentTransitions;
import dev.gantry.cluster.evaluation.Evaluations;
import dev.gantry.model.ProtoTimes;
import dev.gantry.store.Store;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Drain;
import dev.gantry.v1.DrainStrategy;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.Fingerprint;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.SchedulingEligibility;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Stores nodes, their fingerprints and the states of their allocations; marks nodes as down and their allocations as
 * lost.
 */
public final class NodeRegistry {

    private final Store store;
    private final Evaluations evaluations;
    private final ClientUpdates updates;
    private final InstantSource clock;

    /**
     * Creates a registry.
     *
     * @param store the store with the nodes
     * @param evaluations creates evaluations of the jobs of lost nodes
     * @param clock tells when statuses change
     */
    public NodeRegistry(Store store, Evaluations evaluations, InstantSource clock) {
        this.store = store;
        this.evaluations = evaluations;
        this.updates = new ClientUpdates(store, evaluations, new DeploymentTransitions(evaluations), clock);
        this.clock = clock;
    }

    /**
     * What a node has proved besides its secret.
     *
     * @param mayJoin true if it may also be a new node
     * @param isNameCertified true if it has proved its name by a certificate. Then a known node keeps its name: who has
     *     stolen the id and the secret of another node has not got its certificate
     */
    public record Proof(boolean mayJoin, boolean isNameCertified) {}

    /**
     * Registers a new node, or a known node that comes back.
     *
     * @param node the node as it describes itself
     * @param secret proves in later sessions that it is the same node
     * @param refusal why the node does not accept this server; empty if it does
     * @param proof what the node has proved besides
     * @return the stored node, ready or refusing; fails with {@link NodeRefusedException}, or with {@link
     *     UnauthenticatedException} if it is new and may not be
     */
    public CompletableFuture<Node> register(Node node, String secret, String refusal, Proof proof) {
        ByteString secretHash = Secrets.hash(secret);
        Timestamp now = now();
        return store.write(transaction -> {
            Optional<ByteString> known = transaction.nodeSecretHash(node.getId());
            if (known.isEmpty() && !proof.mayJoin()) {
                // It was purged after its session had begun.
                throw NodeAdmission.unknown(node.getId(), false);
            }
            if (known.isEmpty()
                    && proof.isNameCertified()
                    && transaction.reader().nodes().isNameTaken(node.getName(), node.getId())) {
                throw NodeRefusedException.nameTaken(node.getName());
            }
            if (known.isEmpty()) {
                Node joining = node.toBuilder()
                        .setEligibility(SchedulingEligibility.SCHEDULING_ELIGIBILITY_ELIGIBLE)
                        .clearDrain()
                        .build();
                return transaction.insertNode(present(joining, refusal, now), secretHash);
            }
            if (!MessageDigest.isEqual(known.get().toByteArray(), secretHash.toByteArray())) {
                throw NodeRefusedException.otherSecret(node.getId());
            }
            Node stored = find(transaction, node.getId());
            if (proof.isNameCertified() && !stored.getName().equals(node.getName())) {
                throw NodeRefusedException.otherName(node.getId(), stored.getName(), node.getName());
            }
            Node wanted = present(keepDecisions(node, stored), refusal, now);
            if (wanted.getStatus() == stored.getStatus()) {
                wanted =
                        wanted.toBuilder().setStatusTime(stored.getStatusTime()).build();
            }
            return updateIfChanged(transaction, stored, wanted);
        });
    }

    /**
     * Stores the fingerprint of a node.
     *
     * @param nodeId the node
     * @param fingerprint the complete fingerprint
     * @param isCurrent checked within the transaction: a message of an ended session must not undo one of a newer
     *     session
     * @return completed once on disk
     */
    public CompletableFuture<Void> fingerprint(String nodeId, Fingerprint fingerprint, BooleanSupplier isCurrent) {
        return writeIf(isCurrent, transaction -> {
            Node stored = find(transaction, nodeId);
            Node wanted = stored.toBuilder()
                    .clearAttributes()
                    .putAllAttributes(fingerprint.getAttributesMap())
                    .clearDrivers()
                    .putAllDrivers(fingerprint.getDriversMap())
                    .setResources(fingerprint.getResources())
                    .build();
            updateIfChanged(transaction, stored, wanted);
        });
    }

    /**
     * Stores states of allocations. Ignores allocations of other nodes, and terminal ones, since a terminal status is
     * final. The same transaction counts health for deployments and queues evaluations of jobs with failed allocations.
     *
     * @param nodeId the node
     * @param updates the reported states
     * @param isCurrent as for {@link #fingerprint}
     * @return completed once on disk; fails with {@link OverloadedException} if too many reports wait
     */
    public CompletableFuture<Void> updateAllocations(
            String nodeId, List<AllocationUpdate> updates, BooleanSupplier isCurrent) {
        return this.updates.put(nodeId, updates, isCurrent);
    }

    /**
     * Begins a drain, or changes a drain that is under way. Makes the node ineligible.
     *
     * @param nodeId the node
     * @param strategy how to drain
     * @return the stored node; fails with {@link UnknownObjectException}
     */
    public CompletableFuture<Node> drain(String nodeId, DrainStrategy strategy) {
        Timestamp now = now();
        return store.writeOfClient(transaction -> {
            Node node = find(transaction, nodeId);
            Drain.Builder drain = Drain.newBuilder()
                    .setIgnoreSystemJobs(strategy.getIgnoreSystemJobs())
                    .setStartTime(node.hasDrain() ? node.getDrain().getStartTime() : now);
            if (strategy.hasDeadline()) {
                drain.setDeadline(Timestamps.add(now, strategy.getDeadline()));
            }
            return transaction.updateNode(node.toBuilder()
                    .setDrain(drain)
                    .setEligibility(SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE)
                    .build());
        });
    }

    /**
     * Ends a drain; allocations that were not moved yet stay. Without a drain, only the eligibility changes.
     *
     * @param nodeId the node
     * @param eligible true to make the node eligible; false to leave its eligibility as it is
     * @return the stored node; fails with {@link UnknownObjectException}
     */
    public CompletableFuture<Node> endDrain(String nodeId, boolean eligible) {
        return store.writeOfClient(transaction -> {
            Node node = find(transaction, nodeId);
            Node.Builder ended = node.toBuilder().clearDrain();
            if (eligible) {
                ended.setEligibility(SchedulingEligibility.SCHEDULING_ELIGIBILITY_ELIGIBLE);
            }
            return updateIfChanged(transaction, node, ended.build());
        });
    }

    /**
     * Sets whether a node may get new allocations.
     *
     * @param nodeId the node
     * @param eligibility the new eligibility
     * @return the stored node; fails with {@link UnknownObjectException}, or with {@link RefusedException} if the node
     *     is draining and is to be made eligible
     */
    public CompletableFuture<Node> setEligibility(String nodeId, SchedulingEligibility eligibility) {
        return store.writeOfClient(transaction -> {
            Node node = find(transaction, nodeId);
            if (node.hasDrain() && eligibility == SchedulingEligibility.SCHEDULING_ELIGIBILITY_ELIGIBLE) {
                throw new RefusedException(
                        "Node %s is draining; end the drain to make it eligible".formatted(node.getName()));
            }
            return updateIfChanged(
                    transaction,
                    node,
                    node.toBuilder().setEligibility(eligibility).build());
        });
    }

    /**
     * Marks nodes as down and their allocations as lost, and queues evaluations of the jobs.
     *
     * @param nodeIds the nodes; few enough for one write
     * @param stillSilent checked within the transaction: false for a node that was heard from meanwhile
     * @return completed once on disk: the nodes that were marked as down
     */
    public CompletableFuture<List<Node>> markDown(List<String> nodeIds, Predicate<String> stillSilent) {
        Timestamp now = now();
        return store.write(transaction -> {
            List<Node> silent = nodeIds.stream()
                    .filter(stillSilent)
                    .map(transaction::node)
                    .flatMap(Optional::stream)
                    .filter(node -> node.getStatus() != NodeStatus.NODE_STATUS_DOWN)
                    .toList();
            List<Node> down = silent.stream()
                    .map(node -> transaction.updateNode(node.toBuilder()
                            .setStatus(NodeStatus.NODE_STATUS_DOWN)
                            .clearStatusDescription()
                            .setStatusTime(now)
                            .build()))
                    .toList();
            loseAll(transaction, down.stream().map(Node::getId).toList(), now);
            return down;
        });
    }

    /**
     * Deletes a node that is down. If it comes back, it registers as a new node.
     *
     * @param nodeId the node
     * @return the node as it was; fails with {@link UnknownObjectException}, or with {@link RefusedException} if the
     *     node is not down
     */
    public CompletableFuture<Node> purge(String nodeId) {
        Timestamp now = now();
        return store.writeOfClient(transaction -> {
            Node node = find(transaction, nodeId);
            if (node.getStatus() != NodeStatus.NODE_STATUS_DOWN) {
                throw new RefusedException(
                        ("Node %s is not down: it would join again at once. Stop it, and wait until the server has not heard of it"
                                        + " for its time to live: 30 s, more in a large cluster (gantry server --node-ttl)")
                                .formatted(node.getName()));
            }
            loseAll(transaction, List.of(nodeId), now);
            transaction.removeNode(nodeId);
            return node;
        });
    }

    /** Returns a future that completes once everything that can be read now is on disk. */
    CompletableFuture<Void> awaitOnDisk() {
        return store.write(transaction -> null);
    }

    private CompletableFuture<Void> writeIf(BooleanSupplier isCurrent, Consumer<WriteTransaction> write) {
        return store.write(transaction -> {
            if (isCurrent.getAsBoolean()) {
                write.accept(transaction);
            }
            return null;
        });
    }

    /**
     * Marks all allocations of nodes as lost and queues evaluations of the jobs. Reads everything before it writes: a
     * query sends the writes gathered so far to the database.
     */
    private void loseAll(WriteTransaction transaction, List<String> nodeIds, Timestamp now) {
        List<Allocation> lost = nodeIds.stream()
                .flatMap(nodeId -> transaction.reader().allocations().liveOnNode(nodeId).stream())
                .toList();
        lost.forEach(allocation -> lose(transaction, allocation, now));
        evaluations.queueAll(
                transaction,
                lost.stream().map(Allocation::getJobId),
                EvaluationTrigger.EVALUATION_TRIGGER_NODE_CHANGED,
                ProtoTimes.toInstantMillis(now));
    }

    private static void lose(WriteTransaction transaction, Allocation allocation, Timestamp now) {
        // Keep the desired status until the allocation is replaced: only allocations that should run are replaced. A
        // node that returns with the allocation is told to stop it.
        transaction.updateClient(allocation.toBuilder()
                .setClientStatus(ClientStatus.CLIENT_STATUS_LOST)
                .setDescription("node %s was lost".formatted(allocation.getNodeName()))
                .setModifyTime(now)
                .build());
    }

    /** Keeps the drain and the eligibility of the stored node: the node has no say in them. */
    private static Node keepDecisions(Node node, Node stored) {
        Node.Builder kept =
                node.toBuilder().setEligibility(stored.getEligibility()).clearDrain();
        if (stored.hasDrain()) {
            kept.setDrain(stored.getDrain());
        }
        return kept.build();
    }

    private static Node present(Node node, String refusal, Timestamp since) {
        return node.toBuilder()
                .setStatus(refusal.isEmpty() ? NodeStatus.NODE_STATUS_READY : NodeStatus.NODE_STATUS_REFUSING)
                .setStatusDescription(refusal)
                .setStatusTime(since)
                .build();
    }

    private static Node updateIfChanged(WriteTransaction transaction, Node stored, Node wanted) {
        Node next = wanted.toBuilder()
                .setCreateIndex(stored.getCreateIndex())
                .setModifyIndex(stored.getModifyIndex())
                .build();
        return next.equals(stored) ? stored : transaction.updateNode(next);
    }

    private static Node find(WriteTransaction transaction, String nodeId) {
        return transaction.node(nodeId).orElseThrow(() -> new UnknownObjectException("node", nodeId));
    }

    private Timestamp now() {
        return ProtoTimes.toTimestampMillis(clock.instant());
    }
}
