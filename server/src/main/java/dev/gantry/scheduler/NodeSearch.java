package dev.gantry.scheduler;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.NodeScore;
import java.util.ArrayList;
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

    /** How many nodes are named to people. */
    private static final int NAMED = 5;

    private record Seen(int position, Score score) {}

    private final List<NodeRoom> nodes;
    private final Suitability suitability;
    private final int sample;
    private final BitSet candidates = new BitSet();
    private final BitSet crowded = new BitSet();
    private final Map<Integer, Refusal> refused = new HashMap<>();
    private final Map<Integer, List<Shortage>> full = new HashMap<>();
    private final List<Seen> seen = new ArrayList<>();
    private final Map<String, Integer> positions = new HashMap<>();

    /**
     * Begins a search.
     *
     * @param nodes all nodes in the order of their names
     * @param suitability judges them
     */
    NodeSearch(List<NodeRoom> nodes, Suitability suitability) {
        this.nodes = nodes;
        this.suitability = suitability;
        this.sample = sample(nodes.size(), suitability.hasPreferences());
        candidates.set(0, nodes.size());
    }

    /**
     * Finds the best node of a sample: all nodes of a small cluster; of a large one the first so many that fit, counted
     * from a node that depends on the allocation alone, so many being the logarithm of their number as in Nomad.
     *
     * @param seed of the allocation
     * @param vacancy the place that it fills
     * @return the node that scores best, the first one by name if several do; empty if none fits
     */
    Optional<NodeRoom> find(Seed seed, Vacancy vacancy) {
        if (vacancy.onNode().isPresent()) {
            return findOn(vacancy.onNode().get());
        }
        String failedOn = vacancy.previous()
                .filter(one -> one.getClientStatus() == ClientStatus.CLIENT_STATUS_FAILED)
                .map(Allocation::getNodeId)
                .orElse("");
        seen.clear();
        int left = candidates.cardinality();
        int position = left == 0 ? 0 : seed.below(nodes.size());
        int found = 0;
        int best = -1;
        double bestScore = 0;
        for (; left > 0 && found < sample; left--) {
            position = candidateFrom(position);
            if (isFit(position)) {
                found++;
                Seen one = see(position, failedOn);
                double score = one.score().total();
                if (best < 0 || score > bestScore || (score == bestScore && position < best)) {
                    best = position;
                    bestScore = score;
                }
            }
            position++;
        }
        return best < 0 ? Optional.empty() : Optional.of(nodes.get(best));
    }

    /** Something on a node is planned to be stopped: it may fit now, and so may those too near to it. */
    void reconsider(String nodeId) {
        candidates.or(crowded);
        crowded.clear();
        candidates.set(position(nodeId));
    }

    /** The nodes that were compared last, best first, at most five. */
    List<NodeScore> best() {
        return seen.stream()
                .sorted(Comparator.comparingDouble((Seen one) -> -one.score().total())
                        .thenComparingInt(Seen::position))
                .limit(NAMED)
                .map(one -> one.score().of(nodes.get(one.position()).node()))
                .toList();
    }

    /** How many nodes there are. */
    int nodes() {
        return nodes.size();
    }

    /** The nodes that may run the group but are full, by name, at most so many. */
    Stream<NodeRoom> fullNodes(int limit) {
        return full.keySet().stream().sorted().limit(limit).map(nodes::get);
    }

    /** The nodes that came nearest of those that are full, best first, at most five: those that lack the least. */
    List<NodeScore> nearest() {
        return full.entrySet().stream()
                .map(entry -> Shortage.score(nodes.get(entry.getKey()).node(), entry.getValue()))
                .sorted(Comparator.comparingDouble(NodeScore::getScore)
                        .reversed()
                        .thenComparing(NodeScore::getNodeName))
                .limit(NAMED)
                .toList();
    }

    /** Why nodes were refused, one entry a node. */
    Collection<Refusal> refused() {
        return refused.values();
    }

    /** What the other nodes were short of, one entry a node. */
    Collection<List<Shortage>> full() {
        return full.values();
    }

    private Optional<NodeRoom> findOn(String nodeId) {
        int position = position(nodeId);
        if (!isFit(position)) {
            return Optional.empty();
        }
        seen.clear();
        see(position, "");
        return Optional.of(nodes.get(position));
    }

    private Seen see(int position, String failedOn) {
        NodeRoom node = nodes.get(position);
        Seen one =
                new Seen(position, suitability.score(node, node.node().getId().equals(failedOn)));
        seen.add(one);
        return one;
    }

    private int position(String nodeId) {
        if (positions.isEmpty()) {
            for (int position = 0; position < nodes.size(); position++) {
                positions.put(nodes.get(position).node().getId(), position);
            }
        }
        return positions.get(nodeId);
    }

    private boolean isFit(int position) {
        NodeRoom node = nodes.get(position);
        Optional<Refusal> refusal = suitability.refusal(node);
        List<Shortage> shortages = refusal.isPresent() ? List.of() : suitability.shortages(node);
        refused.remove(position);
        full.remove(position);
        refusal.ifPresent(reason -> refuse(position, reason));
        if (!shortages.isEmpty()) {
            full.put(position, shortages);
        }
        boolean fit = refusal.isEmpty() && shortages.isEmpty();
        candidates.set(position, fit);
        return fit;
    }

    private void refuse(int position, Refusal refusal) {
        refused.put(position, refusal);
        crowded.set(position, refusal.kind() == Refusal.Kind.DISTINCT);
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
