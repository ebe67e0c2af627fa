package dev.gantry.scheduler;

import java.util.List;
import java.util.Optional;

/** Judges nodes for one more allocation of a group, as the cluster would be with what is planned so far. */
final class Suitability {

    private final Demand demand;
    private final Proposal proposal;
    private final List<DistinctRule> distinct;
    private final NodeTally ofSameGroup;
    private final List<SpreadRule> spreads;

    /** Nothing must be planned in the proposal yet. */
    Suitability(Demand demand, Proposal proposal) {
        this.demand = demand;
        this.proposal = proposal;
        this.distinct = DistinctRule.of(demand.job(), demand.group(), proposal);
        this.ofSameGroup = proposal.tallyByNode(demand.group().getName());
        this.spreads = SpreadRule.of(demand.job(), demand.group(), proposal);
    }

    /** What is to be said of nodes by themselves. */
    NodeClasses classes() {
        return demand.classes();
    }

    /** Why a node may not run it that may by itself: others of the job are too near; empty if it may, room or not. */
    Optional<Refusal> crowded(NodeRoom known) {
        for (DistinctRule rule : distinct) {
            Optional<Refusal> refusal = rule.refusal(known);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    /** Why a node may not run it, in words that speak of this node alone; empty if it may, room or not. */
    Optional<String> explain(NodeRoom known) {
        return demand.classes().explain(known).or(() -> crowded(known).map(Refusal::reason));
    }

    /** What a node has too little of; empty if it has room. */
    List<Shortage> shortages(NodeRoom known) {
        return proposal.room(known).shortages(demand.ask());
    }

    /**
     * How well a node suits that may run it and has room.
     *
     * @param hasFailed whether what is placed anew has failed on it
     */
    Score score(NodeRoom known, boolean hasFailed) {
        return new Score(
                Fit.of(proposal.room(known), demand.ask(), demand.algorithm()),
                antiAffinity(known),
                hasFailed ? -1 : 0,
                demand.classes().judge(known).affinity(),
                spread(known));
    }

    /** Whether nodes differ by more than what they hold, so that more of them are worth a look. */
    boolean hasPreferences() {
        return demand.classes().hasAffinities() || !spreads.isEmpty();
    }

    /** Of a system job each node has one: there is nothing to keep apart. */
    private double antiAffinity(NodeRoom known) {
        int collisions = ofSameGroup.count(known);
        return collisions == 0
                ? 0
                : Math.max(-1, -(collisions + 1.0) / Math.max(1, demand.group().getCount()));
    }

    private double spread(NodeRoom known) {
        double sum = 0;
        for (SpreadRule spread : spreads) {
            sum += spread.score(known);
        }
        return Math.max(-1, Math.min(1, sum));
    }
}
