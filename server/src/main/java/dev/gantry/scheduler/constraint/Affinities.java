package dev.gantry.scheduler.constraint;

import dev.gantry.v1.Affinity;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.Node;
import dev.gantry.v1.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What makes some nodes better than others by themselves. */
public final class Affinities {

    private record Weighted(NodeConstraint condition, int weight) {}

    private final List<Weighted> affinities;
    private final double weights;

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException if one is malformed
     */
    public Affinities(List<Affinity> affinities) {
        this.affinities = affinities.stream()
                .map(one -> new Weighted(NodeConstraint.of(constraint(one)), one.getWeight()))
                .toList();
        this.weights =
                affinities.stream().mapToInt(one -> Math.abs(one.getWeight())).sum();
    }

    /** The affinities of a group: those of its job, its own, and those of its tasks. */
    static List<Affinity> of(Job job, TaskGroup group) {
        List<Affinity> all = new ArrayList<>(job.getAffinitiesList());
        all.addAll(group.getAffinitiesList());
        group.getTasksList().forEach(task -> all.addAll(task.getAffinitiesList()));
        return all;
    }

    public boolean isEmpty() {
        return affinities.isEmpty();
    }

    /** The names of all that they look at in a node. */
    public Stream<String> names() {
        return affinities.stream().flatMap(one -> one.condition().names().stream());
    }

    /** The weights of those that a node fulfils, as a share of all weights whatever their sign, -1 to 1 (Nomad). */
    public double score(Node node) {
        double sum = 0;
        for (Weighted one : affinities) {
            sum += one.condition().isFulfilledBy(node) ? one.weight() : 0;
        }
        return weights == 0 ? 0 : sum / weights;
    }

    /** What an affinity asks, as a constraint would. */
    static Constraint constraint(Affinity affinity) {
        return Constraint.newBuilder()
                .setAttribute(affinity.getAttribute())
                .setOperator(affinity.getOperator())
                .setValue(affinity.getValue())
                .build();
    }
}
