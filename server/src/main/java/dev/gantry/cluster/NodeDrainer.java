package dev.gantry.cluster;

import dev.gantry.model.AllocationLife;
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
 * Sees drains through: has the jobs on a draining node looked at when the drain begins, when one of their allocations
 * changes and when the deadline comes, and ends the drain once all that has to leave has left. The node stays
 * ineligible. What leaves when, so that no more than max_parallel of a group are missing, the scheduler decides.
 *
 * <p>It knows which nodes drain from the feed of changes; what is left there, each step finds out within its
 * transaction.
 */
public final class NodeDrainer {

    private static final Logger LOG = LoggerFactory.getLogger(NodeDrainer.class);

    private static final int PAGE = 1000;

    /** The most drain steps under way; further nodes wait until one ends. */
    private static final int STEPS_IN_FLIGHT = 64;

    /**
     * A drain that goes on.
     *
     * @param drain as it is stored
     * @param due when its deadline comes, by the clock that does not jump; empty if there is none
     */
    private record Draining(Drain drain, Optional<Instant> due) {

        /** Returns true if it is the same drain, overdue or not. */
        boolean is(Drain other) {
            return drain.toBuilder().setOverdue(other.getOverdue()).build().equals(other);
        }

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

    /** Draining nodes of which all jobs are to be looked at. */
    private final Set<String> begun = ConcurrentHashMap.newKeySet();

    /** Jobs of which an allocation has changed since the last step; empty while no node drains. */
    private final Set<String> changedJobs = ConcurrentHashMap.newKeySet();

    /**
     * Begins without draining nodes.
     *
     * @param store where nodes are kept
     * @param evaluations makes evaluations of jobs whose allocations move
     * @param clocks tell which deadlines have passed
     * @param executor where to begin steps; once it is shut down it must pass over what it is given
     */
    public NodeDrainer(Store store, Evaluations evaluations, Clocks clocks, Executor executor) {
        this.store = store;
        this.evaluations = evaluations;
        this.clocks = clocks;
        this.turn = new SerialTask(executor, this::step);
    }

    /**
     * Takes up the drains that went on when the last server ended.
     *
     * @param reader where they are
     */
    public void load(StoreReader reader) {
        String lastName = "";
        String lastId = "";
        List<Node> page;
        do {
            page = reader.nodes().page(lastName, lastId, PAGE);
            page.forEach(this::put);
            lastName = page.isEmpty() ? lastName : page.get(page.size() - 1).getName();
            lastId = page.isEmpty() ? lastId : page.get(page.size() - 1).getId();
        } while (page.size() == PAGE);
        turn.call();
    }

    /**
     * Takes in what a write changed. Never waits.
     *
     * @param changes what it changed
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

    /** Looks for deadlines that have come, and takes up steps that have failed. Called about once a second. */
    public void check() {
        Instant now = clocks.steady().instant();
        draining.forEach((nodeId, known) -> {
            if (known.isDue(now) && !known.drain().getOverdue()) {
                begun.add(nodeId);
            }
        });
        goOn();
    }

    /** Returns true if the node begins to drain, or drains in another way than before. */
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
                ? Optional.of(clocks.due(Times.toInstant(drain.getDeadline()), Times.toInstant(drain.getStartTime())))
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

    /** Nodes that had to wait for others have their turn; one that has failed waits for the next check. */
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
            // The scheduler goes by this, and not by the wall clock, which may be set while the node drains.
            transaction.updateNode(node.toBuilder()
                    .setDrain(node.getDrain().toBuilder().setOverdue(true))
                    .build());
        }
        lookAt(
                transaction,
                left.stream().filter(AllocationLife::isWanted).toList(),
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
        left.stream()
                .map(Allocation::getJobId)
                .distinct()
                .filter(jobs)
                .map(transaction::job)
                .flatMap(Optional::stream)
                .forEach(job -> evaluations.queue(
                        transaction, job, EvaluationTrigger.EVALUATION_TRIGGER_NODE_DRAIN, Times.toTimestamp(now)));
    }

    /** Not if the drain was changed a moment ago. */
    private boolean isDue(Node node) {
        Draining known = draining.get(node.getId());
        return known != null
                && known.is(node.getDrain())
                && known.isDue(clocks.steady().instant());
    }
}
