package dev.gantry.scheduler;

import dev.gantry.v1.Job;
import dev.gantry.v1.Spread;
import dev.gantry.v1.SpreadTarget;
import dev.gantry.v1.TaskGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One spread of a group's allocations over the values of an attribute, scored as Nomad does. */
final class SpreadRule {

    private final Tally tally;
    private final double share;
    private final Map<String, Double> desired;
    private final Optional<Double> desiredElsewhere;

    private SpreadRule(Tally tally, double share, Map<String, Double> desired, Optional<Double> desiredElsewhere) {
        this.tally = tally;
        this.share = share;
        this.desired = desired;
        this.desiredElsewhere = desiredElsewhere;
    }

    /**
     * The spreads of a group: its own, then those of its job. Nothing must be planned in the proposal yet.
     *
     * @throws IllegalArgumentException if an attribute is malformed
     */
    static List<SpreadRule> of(Job job, TaskGroup group, Proposal proposal) {
        List<Spread> spreads = new ArrayList<>(group.getSpreadsList());
        spreads.addAll(job.getSpreadsList());
        if (spreads.isEmpty()) {
            return List.of();
        }
        double weights = spreads.stream().mapToInt(Spread::getWeight).sum();
        return spreads.stream()
                .map(spread -> of(spread, weights, group, proposal))
                .toList();
    }

    private static SpreadRule of(Spread spread, double weights, TaskGroup group, Proposal proposal) {
        Tally tally = proposal.tally(Interpolation.parse(spread.getAttribute()), Optional.of(group.getName()));
        Map<String, Double> desired = new HashMap<>();
        spread.getTargetsList()
                .forEach(target -> desired.put(target.getValue(), target.getPercent() / 100.0 * group.getCount()));
        double named = spread.getTargetsList().stream()
                        .mapToInt(SpreadTarget::getPercent)
                        .sum()
                / 100.0;
        Optional<Double> elsewhere = named < 1 ? Optional.of((1 - named) * group.getCount()) : Optional.empty();
        return new SpreadRule(tally, weights == 0 ? 0 : spread.getWeight() / weights, desired, elsewhere);
    }

    /**
     * How much one more allocation on a node helps.
     *
     * @return -1 to 1, weighted; -1 where the node lacks the attribute
     */
    double score(NodeRoom node) {
        Optional<String> value = tally.valueOf(node);
        if (value.isEmpty()) {
            return -1;
        }
        int count = tally.count(value.get());
        double boost = desired.isEmpty() ? even(count) : targeted(count, value.get());
        return Math.max(-1, Math.min(1, boost)) * share;
    }

    /** What is missing of the desired count, as a share of it, with the allocation there. */
    private double targeted(int count, String value) {
        double wanted = desired.getOrDefault(value, desiredElsewhere.orElse(0.0));
        return wanted <= 0 ? -1 : (wanted - (count + 1)) / wanted;
    }

    /** Best where the fewest are. */
    private double even(int count) {
        if (tally.isEmpty()) {
            return 0;
        }
        int least = tally.least();
        int most = tally.most();
        if (count != least) {
            return least == 0 ? -1 : (double) (least - count) / least;
        }
        return least == most ? -1 : least == 0 ? 1 : (double) (most - least) / least;
    }
}
