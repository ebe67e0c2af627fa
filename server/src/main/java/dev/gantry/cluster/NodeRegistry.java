package dev.gantry.cluster;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
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
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Stores what nodes say: who they are, what they have to give, how their allocations are; and that they are lost. */
public final class NodeRegistry {

    private final Store store;
    private final Evaluations evaluations;
    private final ClientUpdates updates;
    private final InstantSource clock;

    /**
     * Makes a registry.
     *
     * @param store where nodes are kept
     * @param evaluations makes evaluations of the jobs of lost nodes
     * @param clock tells when statuses change
     */
    public NodeRegistry(Store store, Evaluations evaluations, InstantSource clock) {
        this.store = store;
        this.evaluations = evaluations;
        this.updates = new ClientUpdates(store, evaluations, new DeploymentProgress(evaluations), clock);
        this.clock = clock;
    }

    /**
     * Takes a node in, or takes it back.
     *
     * @param node what the node says of itself
     * @param secret what proves later that it is the same node
     * @param refusal why the node does not obey this server; empty if it does
     * @return the node as stored, ready or refusing; failed with {@link NodeRefusedException}
     */
    public CompletableFuture<Node> register(Node node, String secret, String refusal) {
        byte[] secretHash = hash(secret);
        Timestamp now = now();
        return store.write(transaction -> {
            Optional<byte[]> known = transaction.reader().nodes().secretHash(node.getId());
            if (known.isEmpty()) {
                Node joining = node.toBuilder()
                        .setEligibility(SchedulingEligibility.SCHEDULING_ELIGIBILITY_ELIGIBLE)
                        .clearDrain()
                        .build();
                return transaction.insertNode(present(joining, refusal, now), secretHash);
            }
            if (!MessageDigest.isEqual(known.get(), secretHash)) {
                throw new NodeRefusedException(node.getId());
            }
            Node stored = find(transaction, node.getId());
            Node wanted = present(keepDecisions(node, stored), refusal, now);
            if (wanted.getStatus() == stored.getStatus()) {
                wanted =
                        wanted.toBuilder().setStatusTime(stored.getStatusTime()).build();
            }
            return updateIfChanged(transaction, stored, wanted);
        });
    }

    /**
     * Stores what a node has to give now.
     *
     * @param nodeId the node
     * @param fingerprint all of it
     * @param isCurrent asked at the last moment whether it still counts: what an ended session has left must not undo
     *     what a newer one says
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
     * Stores how allocations are. What a node says of allocations that are not its own, or that have ended already, is
     * passed over: an end is final. The same transaction counts their health for their deployments, and has the jobs of
     * those that failed looked at.
     *
     * @param nodeId the node
     * @param updates what it says
     * @param isCurrent as for {@link #fingerprint}
     * @return completed once on disk; failed with {@link OverloadedException} too
     */
    public CompletableFuture<Void> updateAllocations(
            String nodeId, List<AllocationUpdate> updates, BooleanSupplier isCurrent) {
        return this.updates.put(nodeId, updates, isCurrent);
    }

    /**
     * Begins to move a node's allocations away, or changes how that is done. The node is not eligible from now on.
     *
     * @param nodeId the node
     * @param strategy how
     * @return the node as stored; failed with {@link UnknownObjectException}
     */
    public CompletableFuture<Node> drain(String nodeId, DrainStrategy strategy) {
        Timestamp now = now();
        return store.write(transaction -> {
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
     * Ends a drain; allocations that were not moved yet stay. A node that is not draining is left as it is, but for its
     * eligibility.
     *
     * @param nodeId the node
     * @param eligible whether the node may be given new allocations; else it stays as it is
     * @return the node as stored; failed with {@link UnknownObjectException}
     */
    public CompletableFuture<Node> endDrain(String nodeId, boolean eligible) {
        return store.write(transaction -> {
            Node node = find(transaction, nodeId);
            Node.Builder ended = node.toBuilder().clearDrain();
            if (eligible) {
                ended.setEligibility(SchedulingEligibility.SCHEDULING_ELIGIBILITY_ELIGIBLE);
            }
            return updateIfChanged(transaction, node, ended.build());
        });
    }

    /**
     * Says whether a node may be given new allocations.
     *
     * @param nodeId the node
     * @param eligibility the new one
     * @return the node as stored; failed with {@link UnknownObjectException}, or with {@link RefusedException} if it is
     *     draining and can't be made eligible
     */
    public CompletableFuture<Node> setEligibility(String nodeId, SchedulingEligibility eligibility) {
        return store.write(transaction -> {
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
     * Gives nodes up: their allocations are lost, and the jobs of these are looked at again.
     *
     * @param nodeIds the nodes; few enough for one write
     * @param stillSilent asked at the last moment whether a node has not been heard of meanwhile
     * @return completed once on disk: the nodes that were given up
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
     * Forgets a node that is down. If it comes back, it joins as a new one.
     *
     * @param nodeId the node
     * @return the node as it was; failed with {@link UnknownObjectException}, or with {@link RefusedException} if it is
     *     ready: it would join again at once
     */
    public CompletableFuture<Node> purge(String nodeId) {
        Timestamp now = now();
        return store.write(transaction -> {
            Node node = find(transaction, nodeId);
            if (node.getStatus() != NodeStatus.NODE_STATUS_DOWN) {
                throw new RefusedException(
                        "Node %s is not down; stop it, and wait until it is: it would join again at once"
                                .formatted(node.getName()));
            }
            loseAll(transaction, List.of(nodeId), now);
            transaction.removeNode(nodeId);
            return node;
        });
    }

    /** Completed once all that can be read now is on disk. */
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
     * Counts all on the nodes as lost, and has the jobs looked at again. All is found before anything is put, since what is put
     * goes to the database each time that something is asked for.
     */
    private void loseAll(WriteTransaction transaction, List<String> nodeIds, Timestamp now) {
        List<Allocation> lost = nodeIds.stream()
                .flatMap(nodeId -> transaction.reader().allocations().liveOnNode(nodeId).stream())
                .toList();
        lost.forEach(allocation -> lose(transaction, allocation, now));
        lost.stream()
                .map(Allocation::getJobId)
                .distinct()
                .flatMap(jobId -> transaction.job(jobId).stream())
                .forEach(job ->
                        evaluations.queue(transaction, job, EvaluationTrigger.EVALUATION_TRIGGER_NODE_CHANGED, now));
    }

    private static void lose(WriteTransaction transaction, Allocation allocation, Timestamp now) {
        // What is desired stays until a successor has come, since only what should have run gets one. A node that comes
        // back with it is told to stop it.
        transaction.updateClient(allocation.toBuilder()
                .setClientStatus(ClientStatus.CLIENT_STATUS_LOST)
                .setDescription("node %s was lost".formatted(allocation.getNodeName()))
                .setModifyTime(now)
                .build());
    }

    /** What was decided of a node outlives its sessions; it has no say in it itself. */
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

    private static byte[] hash(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    private Timestamp now() {
        return Times.toTimestamp(clock.instant());
    }
}
