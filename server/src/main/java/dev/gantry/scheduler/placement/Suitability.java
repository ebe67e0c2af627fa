package dev.gantry.scheduler.placement;

import dev.gantry.scheduler.constraint.Refusal;
import dev.gantry.scheduler.state.Demand;
import dev.gantry.scheduler.state.NodeClasses;
import dev.gantry.scheduler.state.NodeUsage;
import dev.gantry.scheduler.state.Shortage;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Tests and scores nodes for one more allocation of a group, with the plan so far applied. */
final class Suitability {

    private final Demand demand;
    private final PlanDraft draft;
    private final List<DistinctRule> distinct;
    private final AllocationCount.ByNode ofSameGroup;
    private final List<SpreadRule> spreads;
    private final NodeRefusals refusals;

    /**
     * Prepares the test.
     *
     * @param demand the group
     * @param draft the plan so far; nothing may be planned yet
     * @throws IllegalArgumentException if a distinct constraint or a spread is malformed
     */
    Suitability(Demand demand, PlanDraft draft) {
        this.demand = demand;
        this.draft = draft;
        this.distinct = DistinctRule.of(demand.job(), demand.group(), draft);
        this.refusals = draft.refusalsOf(demand);
        this.ofSameGroup = draft.countByNode(demand.group().getName());
        this.spreads = SpreadRule.of(demand.job(), demand.group(), draft);
    }

    /** Returns the test of nodes for the group's requirements. */
    NodeClasses classes() {
        return demand.classes();
    }

    /**
     * Returns why a distinct constraint refuses a node, or why the node has refused the group before; empty if neither
     * is the case. Does not test requirements and resources.
     */
    Optional<Refusal> distinctRefusal(NodeUsage node) {
        Optional<Refusal> before = refusals.refusal(node);
        if (before.isPresent()) {
            return before;
        }
        for (DistinctRule rule : distinct) {
            Optional<Refusal> refusal = rule.refusal(node);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    /**
     * Returns why a node must not run the allocation, in words for this node alone; empty if it may. Does not test
     * resources.
     */
    Optional<String> explain(NodeUsage node) {
        return demand.classes().explain(node).or(() -> distinctRefusal(node).map(Refusal::reason));
    }

    /** Returns the resources that a node lacks; empty if the allocation fits. */
    List<Shortage> shortages(NodeUsage node) {
        return draft.usageOf(node).shortages(demand.request());
    }

    /**
     * Scores a node that meets the requirements and has the resources.
     *
     * @param node the node's usage in the cluster state
     * @param hasFailed true if the allocation that is replaced failed on the node
     */
    Score score(NodeUsage node, boolean hasFailed) {
        return new Score(
                ResourceScore.of(draft.usageOf(node), demand.request(), demand.algorithm()),
                antiAffinity(node),
                hasFailed ? -1 : 0,
                affinity(node),
                spread(node));
    }

    /** Returns true if affinities or spreads tell nodes apart, so that it pays to compare more nodes. */
    boolean hasPreferences() {
        return demand.classes().hasAffinities() || !spreads.isEmpty();
    }

    /**
     * Returns 0 if no allocation of the group is on the node; else -(n + 1) / count, but not below -1, as Nomad does.
     */
    private double antiAffinity(NodeUsage node) {
        int collisions = ofSameGroup.count(node);
        return collisions == 0
                ? 0
                : Math.max(-1, -(collisions + 1.0) / Math.max(1, demand.group().getCount()));
    }

    private OptionalDouble affinity(NodeUsage node) {
        return demand.classes().hasAffinities()
                ? OptionalDouble.of(demand.classes().judge(node).affinity())
                : OptionalDouble.empty();
    }

    private OptionalDouble spread(NodeUsage node) {
        if (spreads.isEmpty()) {
            return OptionalDouble.empty();
        }
        double sum = 0;
        for (SpreadRule spread : spreads) {
            sum += spread.score(node);
        }
        return OptionalDouble.of(Math.max(-1, Math.min(1, sum)));
    }
}
