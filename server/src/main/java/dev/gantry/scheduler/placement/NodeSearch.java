package dev.gantry.scheduler.placement;

import dev.gantry.scheduler.constraint.Refusal;
import dev.gantry.scheduler.reconcile.PlacementRequest;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.NodeUsage;
import dev.gantry.scheduler.state.Seed;
import dev.gantry.scheduler.state.Shortage;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.NodeScore;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds nodes for the allocations of one group, one after the other.
 *
 * <p>Room only gets less while a plan is made, unless something is planned to be stopped. So a node that was found unfit
 * once is passed over from then on, and once none is left, nothing is searched any more: to place many allocations takes
 * about as long as to look at each node once and at a few of them for each allocation.
 */
final class NodeSearch {

    /** Up to so many nodes, all of them are compared. */
    private static final int SMALL_CLUSTER = 64;

    /** So many are compared where they differ by more than what they hold: the best may be rare (Nomad 1.1 does so too). */
    private static final int WIDE_SAMPLE = 100;

    private final ClusterState cluster;
    private final List<NodeUsage> nodes;
    private final Suitability suitability;
    private final int sample;
    /** Those that have not been found unfit. */
    private final BitSet candidates = new BitSet();
    /** Those that are refused by themselves. */
    private final BitSet filtered = new BitSet();
    /** Those that others of the job are too near to, and why. */
    private final Map<Integer, Refusal> crowded = new HashMap<>();

    private final Map<Integer, List<Shortage>> full = new HashMap<>();
    private final BestNodes best = new BestNodes();
    private boolean begun;

    /**
     * Begins a search.
     *
     * @param cluster has the nodes
     * @param suitability judges them
     */
    NodeSearch(ClusterState cluster, Suitability suitability) {
        this.cluster = cluster;
        this.nodes = cluster.nodes();
        this.suitability = suitability;
        this.sample = sample(nodes.size(), suitability.hasPreferences());
        candidates.set(0, nodes.size());
    }

    /**
     * Finds the best node of a sample: all nodes of a small cluster; of a large one the first so many that fit, counted
     * from a node that depends on the allocation alone, so many being the logarithm of their number as in Nomad.
     *
     * @param seed of the allocation
     * @param request the place that it fills
     * @return the node that scores best, the first one by name if several do; empty if none fits
     */
    Optional<NodeUsage> find(Seed seed, PlacementRequest request) {
        cluster.checkDeadline();
        if (request.onNode().isPresent()) {
            return findOn(cluster.usageOf(request.onNode().get()));
        }
        passOverRefused();
        String failedOn = request.previous()
                .filter(one -> one.getClientStatus() == ClientStatus.CLIENT_STATUS_FAILED)
                .map(Allocation::getNodeId)
                .orElse("");
        best.clear();
        int found = 0;
        int left = candidates.cardinality();
        int position = left == 0 ? 0 : seed.below(nodes.size());
        for (; left > 0 && found < sample; left--) {
            position = candidateFrom(position);
            NodeUsage node = nodes.get(position);
            if (isFit(node)) {
                found++;
                best.offer(node, score(node, failedOn));
            }
            position++;
        }
        return best.first();
    }

    /** Something on a node is planned to be stopped: it may fit now, and so may those too near to it. */
    void reconsider(NodeUsage node) {
        crowded.keySet().forEach(candidates::set);
        crowded.clear();
        filtered.clear(node.position());
        candidates.set(node.position());
    }

    /** The nodes that were compared last, best first, at most five. */
    List<NodeScore> best() {
        return best.scores();
    }

    /** How many nodes there are. */
    int nodes() {
        return nodes.size();
    }

    /** The nodes that may run the group but are full, by name, at most so many. */
    Stream<NodeUsage> fullNodes(int limit) {
        return full.keySet().stream().sorted().limit(limit).map(nodes::get);
    }

    /** The nodes that came nearest of those that are full, best first, at most five: those that lack the least. */
    List<NodeScore> nearest() {
        return full.entrySet().stream()
                .sorted(Comparator.comparingDouble(
                                (Map.Entry<Integer, List<Shortage>> one) -> Shortage.largestShare(one.getValue()))
                        .thenComparing(one -> nodes.get(one.getKey()).node().getName()))
                .limit(BestNodes.MOST)
                .map(one -> Shortage.score(nodes.get(one.getKey()).node(), one.getValue()))
                .toList();
    }

    /** Why nodes were refused, one entry a node. */
    Stream<Refusal> refused() {
        return Stream.concat(
                filtered.stream()
                        .mapToObj(nodes::get)
                        .flatMap(node -> suitability.classes().judge(node).refusal().stream()),
                crowded.values().stream());
    }

    /** What the other nodes were short of, one entry a node. */
    Collection<List<Shortage>> full() {
        return full.values();
    }

    private Optional<NodeUsage> findOn(NodeUsage node) {
        if (!isFit(node)) {
            return Optional.empty();
        }
        best.clear();
        best.offer(node, score(node, ""));
        return best.first();
    }

    /** What is known from plans before need not be found out one by one. */
    private void passOverRefused() {
        if (!begun) {
            begun = true;
            filtered.or(suitability.classes().refused());
            candidates.andNot(filtered);
        }
    }

    private Score score(NodeUsage node, String failedOn) {
        return suitability.score(node, !failedOn.isEmpty() && node.id().equals(failedOn));
    }

    private boolean isFit(NodeUsage node) {
        int position = node.position();
        if (!crowded.isEmpty()) {
            crowded.remove(position);
        }
        if (!full.isEmpty()) {
            full.remove(position);
        }
        boolean fit = !isRefused(node) && !isCrowded(node) && hasRoom(node);
        candidates.set(position, fit);
        return fit;
    }

    private boolean isRefused(NodeUsage node) {
        boolean refused = suitability.classes().judge(node).isRefused();
        filtered.set(node.position(), refused);
        return refused;
    }

    private boolean isCrowded(NodeUsage node) {
        Optional<Refusal> refusal = suitability.crowded(node);
        refusal.ifPresent(reason -> crowded.put(node.position(), reason));
        return refusal.isPresent();
    }

    private boolean hasRoom(NodeUsage node) {
        List<Shortage> shortages = suitability.shortages(node);
        if (!shortages.isEmpty()) {
            full.put(node.position(), shortages);
        }
        return shortages.isEmpty();
    }

    private int candidateFrom(int position) {
        int next = candidates.nextSetBit(position);
        return next >= 0 ? next : candidates.nextSetBit(0);
    }

    private static int sample(int nodes, boolean wide) {
        return nodes <= SMALL_CLUSTER ? nodes : wide ? WIDE_SAMPLE : logarithm(nodes);
    }

    /** Rounded up, 2 at least. */
    private static int logarithm(int number) {
        return Math.max(2, Integer.SIZE - Integer.numberOfLeadingZeros(number - 1));
    }
}
