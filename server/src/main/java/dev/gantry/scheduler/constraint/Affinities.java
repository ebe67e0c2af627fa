package dev.gantry.scheduler.constraint;

import dev.gantry.v1.Affinity;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.Node;
import dev.gantry.v1.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Scores a node by the affinities of a group, whatever runs on the node. */
public final class Affinities {

    private record Weighted(NodeConstraint condition, int weight) {}

    private final List<Weighted> affinities;
    private final double weights;

    /**
     * Parses affinities.
     *
     * @param affinities the affinities, with their weights filled in
     * @throws IllegalArgumentException if an affinity is malformed
     */
    public Affinities(List<Affinity> affinities) {
        this.affinities = affinities.stream()
                .map(one -> new Weighted(NodeConstraint.of(constraint(one)), one.getWeight()))
                .toList();
        this.weights =
                affinities.stream().mapToInt(one -> Math.abs(one.getWeight())).sum();
    }

    /** Returns the affinities that apply to a group: those of the job, of the group, and of the group's tasks. */
    static List<Affinity> of(Job job, TaskGroup group) {
        List<Affinity> all = new ArrayList<>(job.getAffinitiesList());
        all.addAll(group.getAffinitiesList());
        group.getTasksList().forEach(task -> all.addAll(task.getAffinitiesList()));
        return all;
    }

    /** Returns true if there are no affinities. */
    public boolean isEmpty() {
        return affinities.isEmpty();
    }

    /** Returns the names of the node properties that the affinities refer to, such as {@code attr.kernel.name}. */
    public Stream<String> names() {
        return affinities.stream().flatMap(one -> one.condition().names().stream());
    }

    /**
     * Returns the sum of the weights of the affinities that a node meets, divided by the sum of the absolute values of
     * all weights, as Nomad does: -1 to 1; 0 without affinities.
     *
     * @param node the node
     */
    public double score(Node node) {
        double sum = 0;
        for (Weighted one : affinities) {
            sum += one.condition().isFulfilledBy(node) ? one.weight() : 0;
        }
        return weights == 0 ? 0 : sum / weights;
    }

    /** Returns the condition of an affinity as a constraint. */
    static Constraint constraint(Affinity affinity) {
        return Constraint.newBuilder()
                .setAttribute(affinity.getAttribute())
                .setOperator(affinity.getOperator())
                .setValue(affinity.getValue())
                .build();
    }
}
