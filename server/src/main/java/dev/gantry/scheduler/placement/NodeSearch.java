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
 * <p>While a plan is made, free resources only shrink, except when the plan stops an allocation. So a node that did not
 * fit is skipped from then on, and without candidates the search ends at once. Placing many allocations therefore takes
 * about one look at each node, and a look at a few nodes for each allocation.
 */
final class NodeSearch {

    /** The largest cluster, in nodes, in which every node is compared. */
    private static final int SMALL_CLUSTER = 64;

    /**
     * The number of fitting nodes to compare if a group has affinities or spreads, since the best node may be rare (as
     * in Nomad 1.1).
     */
    private static final int WIDE_SAMPLE = 100;

    private final ClusterState cluster;
    private final List<NodeUsage> nodes;
    private final Suitability suitability;
    private final int sample;
    /** Positions of the nodes that may still fit. */
    private final BitSet candidates = new BitSet();
    /** Positions of the nodes that do not meet the requirements. */
    private final BitSet filtered = new BitSet();
    /**
     * The {@code distinct_hosts} or {@code distinct_property} constraint that refuses each node, by the node's
     * position.
     */
    private final Map<Integer, Refusal> distinctRefusals = new HashMap<>();

    /** The resources that each node lacks, by the node's position. */
    private final Map<Integer, List<Shortage>> exhausted = new HashMap<>();

    private final BestNodes best = new BestNodes();
    private boolean begun;

    /**
     * Begins a search.
     *
     * @param cluster the cluster with its nodes
     * @param suitability tests and scores nodes
     */
    NodeSearch(ClusterState cluster, Suitability suitability) {
        this.cluster = cluster;
        this.nodes = cluster.nodes();
        this.suitability = suitability;
        this.sample = sample(nodes.size(), suitability.hasPreferences());
        candidates.set(0, nodes.size());
    }

    /**
     * Finds the best node of a sample. In a small cluster the sample is all nodes; with affinities or spreads, the
     * first 100 nodes that fit; else the first log2(number of nodes) nodes that fit, as in Nomad. The walk begins at a
     * node that depends on the allocation alone.
     *
     * @param seed the seed of the allocation
     * @param request the placement request
     * @param preferred the id of a node that is taken if it fits, whatever the scores; empty: none
     * @return the node with the highest score, the first by name if several have it; empty if no node fits
     * @throws RuntimeException the deadline's exception, if the plan takes too long
     */
    Optional<NodeUsage> find(Seed seed, PlacementRequest request, Optional<String> preferred) {
        cluster.checkDeadline();
        if (request.onNode().isPresent()) {
            return findOn(request.onNode().get());
        }
        skipRefused();
        Optional<NodeUsage> usual = preferred.flatMap(this::findOn);
        if (usual.isPresent()) {
            return usual;
        }
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

    /**
     * Makes a node a candidate again, since the plan stops an allocation on it. Also makes candidates of all nodes that
     * distinct constraints refused, since the stopped allocation counted there.
     */
    void reconsider(NodeUsage node) {
        distinctRefusals.keySet().forEach(candidates::set);
        distinctRefusals.clear();
        filtered.clear(node.position());
        candidates.set(node.position());
    }

    /** Returns the scores of the nodes that were compared last, best first, at most five. */
    List<NodeScore> best() {
        return best.scores();
    }

    /** Returns the number of nodes in the cluster. */
    int nodes() {
        return nodes.size();
    }

    /** Returns nodes that meet the requirements but lack resources, in the order of their names. */
    Stream<NodeUsage> exhaustedNodes(int limit) {
        return exhausted.keySet().stream().sorted().limit(limit).map(nodes::get);
    }

    /** Returns the scores of the exhausted nodes that lack the least, best first, at most five. */
    List<NodeScore> nearest() {
        return exhausted.entrySet().stream()
                .sorted(Comparator.comparingDouble(
                                (Map.Entry<Integer, List<Shortage>> one) -> Shortage.largestShare(one.getValue()))
                        .thenComparing(one -> nodes.get(one.getKey()).node().getName()))
                .limit(BestNodes.MOST)
                .map(one -> Shortage.score(nodes.get(one.getKey()).node(), one.getValue()))
                .toList();
    }

    /** Returns why nodes were refused, one reason for each node. */
    Stream<Refusal> refused() {
        return Stream.concat(
                filtered.stream()
                        .mapToObj(nodes::get)
                        .flatMap(node -> suitability.classes().judge(node).refusal().stream()),
                distinctRefusals.values().stream());
    }

    /** Returns the resources that exhausted nodes lack, one list for each node. */
    Collection<List<Shortage>> exhausted() {
        return exhausted.values();
    }

    /** Returns a node if it fits. */
    Optional<NodeUsage> findOn(String nodeId) {
        NodeUsage node = cluster.usageOf(nodeId);
        if (node == null || !isFit(node)) {
            return Optional.empty();
        }
        best.clear();
        best.offer(node, score(node, ""));
        return best.first();
    }

    /** Skips the nodes that the {@code NodeClasses} know to be refused from earlier plans. */
    private void skipRefused() {
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
        if (!distinctRefusals.isEmpty()) {
            distinctRefusals.remove(position);
        }
        if (!exhausted.isEmpty()) {
            exhausted.remove(position);
        }
        boolean fit = !isRefused(node) && !isRefusedByDistinct(node) && hasResources(node);
        candidates.set(position, fit);
        return fit;
    }

    private boolean isRefused(NodeUsage node) {
        boolean refused = suitability.classes().judge(node).isRefused();
        filtered.set(node.position(), refused);
        return refused;
    }

    private boolean isRefusedByDistinct(NodeUsage node) {
        Optional<Refusal> refusal = suitability.distinctRefusal(node);
        refusal.ifPresent(reason -> distinctRefusals.put(node.position(), reason));
        return refusal.isPresent();
    }

    private boolean hasResources(NodeUsage node) {
        List<Shortage> shortages = suitability.shortages(node);
        if (!shortages.isEmpty()) {
            exhausted.put(node.position(), shortages);
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

    /** Returns the binary logarithm, rounded up, at least 2. */
    private static int logarithm(int number) {
        return Math.max(2, Integer.SIZE - Integer.numberOfLeadingZeros(number - 1));
    }
}
