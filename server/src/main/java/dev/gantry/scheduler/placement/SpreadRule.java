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

/** One spread of a group's allocations over the values of an attribute, scored as Nomad does. */
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
     * The spreads of a group: its own, then those of its job. Nothing must be planned in the draft yet.
     *
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
     * How much one more allocation on a node helps.
     *
     * @return -1 to 1, weighted; -1 where the node lacks the attribute
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

    /** What is missing of the desired count, as a share of it, with the allocation there. */
    private double targeted(int count, String value) {
        double wanted = desired.getOrDefault(value, desiredElsewhere.orElse(0.0));
        return wanted <= 0 ? -1 : (wanted - (count + 1)) / wanted;
    }

    /** Best where the fewest are. */
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
