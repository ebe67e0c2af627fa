package dev.gantry.scheduler.placement;

import dev.gantry.scheduler.constraint.NodeInterpolation;
import dev.gantry.scheduler.state.NodeUsage;
import dev.gantry.v1.Job;
import dev.gantry.v1.Spread;
import dev.gantry.v1.SpreadTarget;
import dev.gantry.v1.TaskGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Scores nodes for one spread of a group, as Nomad does. */
final class SpreadRule {

    private final AllocationCount.ByProperty placed;
    private final double share;
    private final Map<String, Double> desired;
    private final Optional<Double> desiredElsewhere;

    private SpreadRule(
            AllocationCount.ByProperty placed,
            double share,
            Map<String, Double> desired,
            Optional<Double> desiredElsewhere) {
        this.placed = placed;
        this.share = share;
        this.desired = desired;
        this.desiredElsewhere = desiredElsewhere;
    }

    /**
     * Returns the rules for the spreads of a group and of its job.
     *
     * @param job the job
     * @param group a group of the job
     * @param draft the plan so far; nothing may be planned yet
     * @throws IllegalArgumentException if an attribute is malformed
     */
    static List<SpreadRule> of(Job job, TaskGroup group, PlanDraft draft) {
        List<Spread> spreads = new ArrayList<>(group.getSpreadsList());
        spreads.addAll(job.getSpreadsList());
        if (spreads.isEmpty()) {
            return List.of();
        }
        double weights = spreads.stream().mapToInt(Spread::getWeight).sum();
        return spreads.stream().map(spread -> of(spread, weights, group, draft)).toList();
    }

    private static SpreadRule of(Spread spread, double weights, TaskGroup group, PlanDraft draft) {
        AllocationCount.ByProperty placed =
                draft.countByProperty(NodeInterpolation.parse(spread.getAttribute()), Optional.of(group.getName()));
        Map<String, Double> desired = new HashMap<>();
        spread.getTargetsList()
                .forEach(target -> desired.put(target.getValue(), target.getPercent() / 100.0 * group.getCount()));
        double named = spread.getTargetsList().stream()
                        .mapToInt(SpreadTarget::getPercent)
                        .sum()
                / 100.0;
        Optional<Double> elsewhere = named < 1 ? Optional.of((1 - named) * group.getCount()) : Optional.empty();
        return new SpreadRule(placed, weights == 0 ? 0 : spread.getWeight() / weights, desired, elsewhere);
    }

    /**
     * Scores one more allocation on a node.
     *
     * @return -1 to 1, multiplied by the spread's share of all weights; -1 if the node lacks the attribute
     */
    double score(NodeUsage node) {
        Optional<String> value = placed.valueOf(node);
        if (value.isEmpty()) {
            return -1;
        }
        int count = placed.count(value.get());
        double boost = desired.isEmpty() ? even(count) : targeted(count, value.get());
        return Math.max(-1, Math.min(1, boost)) * share;
    }

    /** Scores by targets: the share of the desired count that is still missing with the new allocation. */
    private double targeted(int count, String value) {
        double wanted = desired.getOrDefault(value, desiredElsewhere.orElse(0.0));
        return wanted <= 0 ? -1 : (wanted - (count + 1)) / wanted;
    }

    /** Scores without targets: values with the fewest allocations are best. */
    private double even(int count) {
        if (placed.isEmpty()) {
            return 0;
        }
        int least = placed.least();
        int most = placed.most();
        if (count != least) {
            return least == 0 ? -1 : (double) (least - count) / least;
        }
        return least == most ? -1 : least == 0 ? 1 : (double) (most - least) / least;
    }
}
