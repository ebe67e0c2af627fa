package dev.gantry.scheduler.state;

import dev.gantry.model.NodeProperties;
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
 * Tests nodes for the requirements of a group.
 *
 * <p>Nodes are of one class if they agree in all properties that the requirements refer to. One node of each class is
 * tested, and the result holds for the whole class. This is Nomad's computed node class, but computed for each set of
 * requirements, so no attribute has to be marked as unique. The result for a node is kept until {@linkplain #forget the
 * node changes}.
 */
public final class NodeClasses {

    /** The most classes kept. Classes without nodes stay until all classes are dropped at this number. */
    private static final int MOST_CLASSES = 16_384;

    /**
     * The test result of a class.
     *
     * @param refusal why the class's nodes must not run the group; empty if they may
     * @param affinity the affinity score, -1 to 1; 0 if the nodes are refused
     */
    public record Judgement(Optional<Refusal> refusal, double affinity) {

        /** Returns true if the nodes must not run the group. */
        public boolean isRefused() {
            return refusal.isPresent();
        }
    }

    /**
     * The properties of a node that the requirements refer to.
     *
     * @param datacenter empty if the requirements name no datacenter
     * @param drivers for each driver of the requirements, whether it is healthy
     * @param restriction why the node's restrictions don't allow the group; empty if they do
     * @param targets the values of the properties that constraints and affinities name
     */
    private record NodeClass(
            NodeStatus status,
            boolean eligible,
            boolean draining,
            String datacenter,
            List<Boolean> drivers,
            Optional<String> restriction,
            List<Optional<String>> targets) {}

    private final NodeRequirements requirements;
    private final PlanDeadline deadline;
    private final Feasibility feasibility;
    private final Affinities affinities;
    private final List<String> targets;
    private final Map<NodeClass, Judgement> tested = new HashMap<>();
    private final BitSet refused = new BitSet();
    private Judgement[] byPosition = new Judgement[0];

    /**
     * Parses the requirements.
     *
     * @param requirements the requirements
     * @param deadline checked after each test of a node
     * @throws IllegalArgumentException if a constraint or an affinity is malformed
     */
    NodeClasses(NodeRequirements requirements, PlanDeadline deadline) {
        this.requirements = requirements;
        this.deadline = deadline;
        this.feasibility = new Feasibility(requirements);
        this.affinities = new Affinities(requirements.affinities());
        this.targets = Stream.concat(feasibility.names(), affinities.names())
                .distinct()
                .toList();
    }

    /** Returns true if the requirements have affinities. */
    public boolean hasAffinities() {
        return !affinities.isEmpty();
    }

    /**
     * Returns the test result for a node.
     *
     * @param usage the usage of the node
     */
    public Judgement judge(NodeUsage usage) {
        int position = usage.position();
        if (position >= byPosition.length) {
            // One eighth more than needed, since nodes are added one after the other.
            byPosition = Arrays.copyOf(byPosition, position + 1 + position / 8);
        }
        Judgement judgement = byPosition[position];
        if (judgement == null) {
            judgement = judge(usage.node());
            byPosition[position] = judgement;
            refused.set(position, judgement.isRefused());
        }
        return judgement;
    }

    /**
     * Returns why this node is refused, in words for this node alone; empty if it is not refused.
     *
     * @param usage the usage of the node
     */
    public Optional<String> explain(NodeUsage usage) {
        return judge(usage).refusal().map(refusal -> feasibility.explain(refusal, usage.node()));
    }

    /**
     * Returns the positions of the nodes that are known to be refused; nodes not tested yet are not among them. A live
     * view that must not be changed.
     */
    public BitSet refused() {
        return refused;
    }

    /** Returns how many classes are kept. */
    public int tested() {
        return tested.size();
    }

    /** Drops the result for the node at a position: the node has changed. */
    void forget(int position) {
        if (position < byPosition.length) {
            byPosition[position] = null;
        }
        refused.clear(position);
    }

    /** Drops the results for all positions, which now mean other nodes. Results of classes stay. */
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
                requirements.datacenters().isEmpty() ? "" : node.getDatacenter(),
                healthyDrivers(node),
                feasibility.restriction(node),
                values(node));
    }

    // Loops rather than streams: this code runs for each node that was not tested yet.
    private List<Boolean> healthyDrivers(Node node) {
        List<Boolean> healthy = new ArrayList<>(requirements.drivers().size());
        for (String driver : requirements.drivers()) {
            healthy.add(Feasibility.isHealthy(node, driver));
        }
        return healthy;
    }

    private List<Optional<String>> values(Node node) {
        List<Optional<String>> values = new ArrayList<>(targets.size());
        for (String target : targets) {
            values.add(NodeProperties.find(node, target));
        }
        return values;
    }
}
