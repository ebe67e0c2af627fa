package dev.gantry.cluster.node;

import dev.gantry.cluster.Clocks;
import dev.gantry.cluster.FailureLog;
import dev.gantry.cluster.SerialTask;
import dev.gantry.cluster.WritesInFlight;
import dev.gantry.cluster.evaluation.Evaluations;
import dev.gantry.model.AllocationStatuses;
import dev.gantry.model.ProtoTimes;
import dev.gantry.store.ChangeSet;
import dev.gantry.store.Store;
import dev.gantry.store.StoreReader;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Drain;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Node;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out drains. Queues evaluations of the jobs on a draining node when the drain begins, when one of their
 * allocations changes, and when the deadline passes. Ends the drain once no allocation is left that has to leave; the
 * node stays ineligible. The scheduler decides which allocations move when, so that no more than max_parallel of a
 * group are missing.
 *
 * <p>Keeps the draining nodes in memory, from the feed of changes. Each step reads the remaining allocations within its
 * transaction.
 */
public final class NodeDrainer {

    private static final Logger LOG = LoggerFactory.getLogger(NodeDrainer.class);

    // How many nodes are read at a time.
    /** The most drain steps under way; further nodes wait until one ends. */
    private static final int STEPS_IN_FLIGHT = 64;

    /**
     * A drain that is under way.
     *
     * @param drain the drain as it is stored
     * @param due its deadline by the steady clock; empty if there is none
     */
    private record Draining(Drain drain, Optional<Instant> due) {

        /** Returns true for the same drain, overdue or not. */
        boolean is(Drain other) {
            return drain.toBuilder().setOverdue(other.getOverdue()).build().equals(other);
        }

        /** Returns true if the deadline has passed. */
        boolean isDue(Instant now) {
            return due.filter(time -> !time.isAfter(now)).isPresent();
        }
    }

    private final Store store;
    private final Evaluations evaluations;
    private final Clocks clocks;
    private final SerialTask turn;
    private final Map<String, Draining> draining = new ConcurrentHashMap<>();

    private final WritesInFlight steps = new WritesInFlight(STEPS_IN_FLIGHT, this::goOn);

    /** Draining nodes for which all jobs have to be evaluated. */
    private final Set<String> begun = ConcurrentHashMap.newKeySet();

    /** Jobs with changed allocations since the last step; empty while no node drains. */
    private final Set<String> changedJobs = ConcurrentHashMap.newKeySet();

    /**
     * Creates a drainer without draining nodes.
     *
     * @param store the store with the nodes
     * @param evaluations creates evaluations of jobs whose allocations move
     * @param clocks tell which deadlines have passed
     * @param executor runs the steps; after shutdown it must ignore tasks
     */
    public NodeDrainer(Store store, Evaluations evaluations, Clocks clocks, Executor executor) {
        this.store = store;
        this.evaluations = evaluations;
        this.clocks = clocks;
        this.turn = new SerialTask(executor, this::step);
    }

    /**
     * Loads the drains that are under way.
     *
     * @param reader reads the store
     */
    public void load(StoreReader reader) {
        reader.nodes().forEach(this::put);
        turn.call();
    }

    /**
     * Takes in the changes of a write. Never blocks.
     *
     * @param changes the changes
     */
    public void publish(ChangeSet changes) {
        boolean isChanged = false;
        for (Node node : changes.nodes()) {
            isChanged |= put(node);
        }
        changes.removedNodes().forEach(nodeId -> {
            draining.remove(nodeId);
            begun.remove(nodeId);
        });
        if (draining.isEmpty()) {
            return;
        }
        changes.allocations().forEach(allocation -> changedJobs.add(allocation.getJobId()));
        if (isChanged || !changes.allocations().isEmpty()) {
            turn.call();
        }
    }

    /** Finds deadlines that have passed and repeats failed steps. Called about once a second. */
    public void check() {
        Instant now = clocks.steady().instant();
        draining.forEach((nodeId, known) -> {
            if (known.isDue(now) && !known.drain().getOverdue()) {
                begun.add(nodeId);
            }
        });
        goOn();
    }

    /** Returns true if the node begins to drain, or if its drain has changed. */
    private boolean put(Node node) {
        if (!node.hasDrain()) {
            draining.remove(node.getId());
            begun.remove(node.getId());
            return false;
        }
        Drain drain = node.getDrain();
        Draining known = draining.get(node.getId());
        if (known != null && known.is(drain)) {
            draining.put(node.getId(), new Draining(drain, known.due()));
            return false;
        }
        draining.put(node.getId(), new Draining(drain, due(drain)));
        begun.add(node.getId());
        return true;
    }

    private Optional<Instant> due(Drain drain) {
        return drain.hasDeadline()
                ? Optional.of(clocks.due(
                        ProtoTimes.toInstantMillis(drain.getDeadline()),
                        ProtoTimes.toInstantMillis(drain.getStartTime())))
                : Optional.empty();
    }

    private void step() {
        Set<String> changed = Set.copyOf(changedJobs);
        changedJobs.removeAll(changed);
        draining.keySet().forEach(nodeId -> {
            Predicate<String> jobs = begun.remove(nodeId) ? any -> true : changed::contains;
            if (!steps.begin(nodeId, () -> step(nodeId, jobs))) {
                begun.add(nodeId);
            }
        });
    }

    private CompletableFuture<Boolean> step(String nodeId, Predicate<String> jobs) {
        return store.write(transaction -> {
                    transaction
                            .node(nodeId)
                            .filter(Node::hasDrain)
                            .ifPresent(node ->
                                    step(transaction, node, jobs, clocks.wall().instant()));
                    return true;
                })
                .exceptionally(failure -> {
                    FailureLog.tell(
                            LOG,
                            "The drain of node %s did not get on; it is tried again in a second".formatted(nodeId),
                            failure);
                    begun.add(nodeId);
                    return false;
                });
    }

    /** Runs the steps of nodes that waited for others. A step that failed waits for the next check. */
    private void goOn() {
        if (!begun.isEmpty()) {
            turn.call();
        }
    }

    private void step(WriteTransaction transaction, Node node, Predicate<String> jobs, Instant now) {
        List<Allocation> left = transaction.reader().allocations().liveOnNode(node.getId()).stream()
                .filter(allocation -> !mayStay(transaction, node.getDrain(), allocation))
                .toList();
        if (left.isEmpty()) {
            transaction.updateNode(node.toBuilder().clearDrain().build());
            LOG.info("Node {} is drained", node.getName());
            return;
        }
        boolean becomesOverdue = !node.getDrain().getOverdue() && isDue(node);
        if (becomesOverdue) {
            // The scheduler reads this flag rather than the wall clock, which may be set while the node drains.
            transaction.updateNode(node.toBuilder()
                    .setDrain(node.getDrain().toBuilder().setOverdue(true))
                    .build());
        }
        lookAt(
                transaction,
                left.stream().filter(AllocationStatuses::isWanted).toList(),
                becomesOverdue ? any -> true : jobs,
                now);
    }

    private static boolean mayStay(WriteTransaction transaction, Drain drain, Allocation allocation) {
        return drain.getIgnoreSystemJobs()
                && transaction
                        .job(allocation.getJobId())
                        .filter(job -> job.getJob().getType() == JobType.JOB_TYPE_SYSTEM)
                        .isPresent();
    }

    private void lookAt(WriteTransaction transaction, List<Allocation> left, Predicate<String> jobs, Instant now) {
        evaluations.queueAll(
                transaction,
                left.stream().map(Allocation::getJobId).distinct().filter(jobs),
                EvaluationTrigger.EVALUATION_TRIGGER_NODE_DRAIN,
                now);
    }

    /** Returns true if the deadline has passed; false if the drain was just changed. */
    private boolean isDue(Node node) {
        Draining known = draining.get(node.getId());
        return known != null
                && known.is(node.getDrain())
                && known.isDue(clocks.steady().instant());
    }
}
