package dev.gantry.scheduler.constraint;

import dev.gantry.v1.Constraint;
import dev.gantry.v1.Node;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A constraint that tests one node, whatever else is placed on the node. */
public final class NodeConstraint {

    private final NodeInterpolation attribute;
    private final NodeInterpolation value;
    private final Comparison comparison;
    private final String text;

    private NodeConstraint(NodeInterpolation attribute, NodeInterpolation value, Comparison comparison, String text) {
        this.attribute = attribute;
        this.value = value;
        this.comparison = comparison;
        this.text = text;
    }

    /**
     * Parses a constraint.
     *
     * @param constraint a constraint whose operator tests a node alone
     * @throws IllegalArgumentException if the constraint is malformed
     */
    static NodeConstraint of(Constraint constraint) {
        NodeInterpolation value = NodeInterpolation.parse(constraint.getValue());
        return new NodeConstraint(
                NodeInterpolation.parse(constraint.getAttribute()),
                value,
                Comparison.of(Operator.of(constraint.getOperator()), value),
                text(constraint));
    }

    /**
     * Returns a constraint as text for messages: attribute, operator and value, without the empty ones.
     *
     * @param constraint the constraint
     * @return a text such as {@code ${attr.kernel.name} = linux}
     */
    public static String text(Constraint constraint) {
        return Stream.of(constraint.getAttribute(), constraint.getOperator(), constraint.getValue())
                .filter(side -> !side.isEmpty())
                .collect(Collectors.joining(" "));
    }

    /** Returns true if a node meets the constraint. */
    boolean isFulfilledBy(Node node) {
        return comparison.holds(attribute.resolve(node), value.resolve(node));
    }

    /** Returns the names of the node properties that the constraint refers to. */
    Set<String> names() {
        return Stream.concat(attribute.names().stream(), value.names().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public String toString() {
        return text;
    }
}
