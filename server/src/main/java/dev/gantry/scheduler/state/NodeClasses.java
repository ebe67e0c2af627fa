package dev.gantry.scheduler.state;

import dev.gantry.model.NodeTargets;
import dev.gantry.scheduler.constraint.Affinities;
import dev.gantry.scheduler.constraint.Feasibility;
import dev.gantry.scheduler.constraint.NodeRequirements;
import dev.gantry.scheduler.constraint.Refusal;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Judges nodes by what is asked of them.
 *
 * <p>Nodes that are alike in all that the ask can see of them make a class (Nomad's computed node class, but made for each
 * ask, so that no attribute needs to be called unique): one node of each class is tested, and the answer holds for the
 * others. What was found out is remembered for each node until {@linkplain #forget it changes}.
 */
public final class NodeClasses {

    /** Nodes change, and classes that no node is of any more are only forgotten all at once. */
    private static final int MOST_CLASSES = 16_384;

    /**
     * What is to be said of all nodes of a class.
     *
     * @param refusal why they may not run the group; empty if they may
     * @param affinity how well they fulfil the affinities, -1 to 1; 0 of nodes that are refused
     */
    public record Judgement(Optional<Refusal> refusal, double affinity) {

        public boolean isRefused() {
            return refusal.isPresent();
        }
    }

    /** All that the ask can see of a node. */
    private record NodeClass(
            NodeStatus status,
            boolean eligible,
            boolean draining,
            String datacenter,
            List<Boolean> drivers,
            List<Optional<String>> targets) {}

    private final NodeRequirements request;
    private final PlanDeadline deadline;
    private final Feasibility feasibility;
    private final Affinities affinities;
    private final List<String> targets;
    private final Map<NodeClass, Judgement> tested = new HashMap<>();
    private final BitSet refused = new BitSet();
    private Judgement[] byPosition = new Judgement[0];

    /**
     * Reads what is asked.
     *
     * @param deadline bears the tests of nodes
     * @throws IllegalArgumentException if a constraint or an affinity is malformed
     */
    NodeClasses(NodeRequirements request, PlanDeadline deadline) {
        this.request = request;
        this.deadline = deadline;
        this.feasibility = new Feasibility(request);
        this.affinities = new Affinities(request.affinities());
        this.targets = Stream.concat(feasibility.names(), affinities.names())
                .distinct()
                .toList();
    }

    /** Whether some nodes are better than others by themselves. */
    public boolean hasAffinities() {
        return !affinities.isEmpty();
    }

    /** What is to be said of a node. */
    public Judgement judge(NodeUsage known) {
        int position = known.position();
        if (position >= byPosition.length) {
            // Some more, since nodes come one after the other.
            byPosition = Arrays.copyOf(byPosition, position + 1 + position / 8);
        }
        Judgement judgement = byPosition[position];
        if (judgement == null) {
            judgement = judge(known.node());
            byPosition[position] = judgement;
            refused.set(position, judgement.isRefused());
        }
        return judgement;
    }

    /** Why a node is refused, in more words, that speak of this node alone; empty if it is not. */
    public Optional<String> explain(NodeUsage known) {
        return judge(known).refusal().map(refusal -> feasibility.explain(refusal, known.node()));
    }

    /** The positions of nodes that were refused, as far as they are known; not to be changed. */
    public BitSet refused() {
        return refused;
    }

    /** How many classes of nodes were tested. */
    public int tested() {
        return tested.size();
    }

    /** The node at a position is another now, or has changed. */
    void forget(int position) {
        if (position < byPosition.length) {
            byPosition[position] = null;
        }
        refused.clear(position);
    }

    /** No node is where it was. */
    void forgetPositions() {
        Arrays.fill(byPosition, null);
        refused.clear();
    }

    private Judgement judge(Node node) {
        if (tested.size() >= MOST_CLASSES) {
            tested.clear();
        }
        return tested.computeIfAbsent(classOf(node), unseen -> test(node));
    }

    private Judgement test(Node node) {
        deadline.check();
        Optional<Refusal> refusal = feasibility.refusal(node);
        return new Judgement(refusal, refusal.isPresent() ? 0 : affinities.score(node));
    }

    private NodeClass classOf(Node node) {
        return new NodeClass(
                node.getStatus(),
                Feasibility.isEligible(node),
                node.hasDrain(),
                request.datacenters().isEmpty() ? "" : node.getDatacenter(),
                healthyDrivers(node),
                values(node));
    }

    // Loops, not streams: this is done for each node that is looked at for the first time.
    private List<Boolean> healthyDrivers(Node node) {
        List<Boolean> healthy = new ArrayList<>(request.drivers().size());
        for (String driver : request.drivers()) {
            healthy.add(Feasibility.isHealthy(node, driver));
        }
        return healthy;
    }

    private List<Optional<String>> values(Node node) {
        List<Optional<String>> values = new ArrayList<>(targets.size());
        for (String target : targets) {
            values.add(NodeTargets.find(node, target));
        }
        return values;
    }
}
