package dev.gantry.scheduler.placement;

import dev.gantry.scheduler.constraint.Refusal;
import dev.gantry.scheduler.state.Demand;
import dev.gantry.scheduler.state.NodeClasses;
import dev.gantry.scheduler.state.NodeUsage;
import dev.gantry.scheduler.state.Shortage;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Judges nodes for one more allocation of a group, as the cluster would be with what is planned so far. */
final class Suitability {

    private final Demand demand;
    private final PlanDraft draft;
    private final List<DistinctRule> distinct;
    private final AllocationCount.ByNode ofSameGroup;
    private final List<SpreadRule> spreads;

    /** Nothing must be planned in the draft yet. */
    Suitability(Demand demand, PlanDraft draft) {
        this.demand = demand;
        this.draft = draft;
        this.distinct = DistinctRule.of(demand.job(), demand.group(), draft);
        this.ofSameGroup = draft.countByNode(demand.group().getName());
        this.spreads = SpreadRule.of(demand.job(), demand.group(), draft);
    }

    /** What is to be said of nodes by themselves. */
    NodeClasses classes() {
        return demand.classes();
    }

    /** Why a node may not run it that may by itself: others of the job are too near; empty if it may, room or not. */
    Optional<Refusal> crowded(NodeUsage known) {
        for (DistinctRule rule : distinct) {
            Optional<Refusal> refusal = rule.refusal(known);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    /** Why a node may not run it, in words that speak of this node alone; empty if it may, room or not. */
    Optional<String> explain(NodeUsage known) {
        return demand.classes().explain(known).or(() -> crowded(known).map(Refusal::reason));
    }

    /** What a node has too little of; empty if it has room. */
    List<Shortage> shortages(NodeUsage known) {
        return draft.usageOf(known).shortages(demand.request());
    }

    /**
     * How well a node suits that may run it and has room.
     *
     * @param hasFailed whether what is placed anew has failed on it
     */
    Score score(NodeUsage known, boolean hasFailed) {
        return new Score(
                ResourceScore.of(draft.usageOf(known), demand.request(), demand.algorithm()),
                antiAffinity(known),
                hasFailed ? -1 : 0,
                affinity(known),
                spread(known));
    }

    /** Whether nodes differ by more than what they hold, so that more of them are worth a look. */
    boolean hasPreferences() {
        return demand.classes().hasAffinities() || !spreads.isEmpty();
    }

    /** Of a system job each node has one: there is nothing to keep apart. */
    private double antiAffinity(NodeUsage known) {
        int collisions = ofSameGroup.count(known);
        return collisions == 0
                ? 0
                : Math.max(-1, -(collisions + 1.0) / Math.max(1, demand.group().getCount()));
    }

    private OptionalDouble affinity(NodeUsage known) {
        return demand.classes().hasAffinities()
                ? OptionalDouble.of(demand.classes().judge(known).affinity())
                : OptionalDouble.empty();
    }

    private OptionalDouble spread(NodeUsage known) {
        if (spreads.isEmpty()) {
            return OptionalDouble.empty();
        }
        double sum = 0;
        for (SpreadRule spread : spreads) {
            sum += spread.score(known);
        }
        return OptionalDouble.of(Math.max(-1, Math.min(1, sum)));
    }
}
