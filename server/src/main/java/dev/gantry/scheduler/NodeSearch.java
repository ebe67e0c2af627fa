package dev.gantry.scheduler;

import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    private final List<NodeRoom> nodes;
    private final Suitability suitability;
    private final int sample;
    private final BitSet candidates = new BitSet();
    private final BitSet crowded = new BitSet();
    private final Map<Integer, Refusal> refused = new HashMap<>();
    private final Map<Integer, List<Shortage>> full = new HashMap<>();
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
        this.sample = nodes.size() <= SMALL_CLUSTER ? nodes.size() : logarithm(nodes.size());
        candidates.set(0, nodes.size());
    }

    /**
     * Finds the best node of a sample: all nodes of a small cluster; of a large one the first so many that fit, counted
     * from a node that depends on the allocation alone, so many being the logarithm of their number as in Nomad.
     *
     * @param seed of the allocation
     * @return the node that scores best, the first one by name if several do; empty if none fits
     */
    Optional<NodeRoom> find(Seed seed) {
        int left = candidates.cardinality();
        int position = left == 0 ? 0 : seed.below(nodes.size());
        int found = 0;
        int best = -1;
        double bestScore = 0;
        for (; left > 0 && found < sample; left--) {
            position = candidateFrom(position);
            if (isFit(position)) {
                found++;
                double score = suitability.score(nodes.get(position));
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
        if (positions.isEmpty()) {
            for (int position = 0; position < nodes.size(); position++) {
                positions.put(nodes.get(position).node().getId(), position);
            }
        }
        candidates.set(positions.get(nodeId));
    }

    /** How many nodes there are. */
    int nodes() {
        return nodes.size();
    }

    /** Why nodes were refused, one entry a node. */
    Collection<Refusal> refused() {
        return refused.values();
    }

    /** What the other nodes were short of, one entry a node. */
    Collection<List<Shortage>> full() {
        return full.values();
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

    /** Rounded up, 2 at least. */
    private static int logarithm(int number) {
        return Math.max(2, Integer.SIZE - Integer.numberOfLeadingZeros(number - 1));
    }
}
