package dev.gantry.scheduler.constraint;

import dev.gantry.v1.Constraint;
import dev.gantry.v1.Node;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A constraint that a node fulfils or not, whatever else is placed where. */
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
     * Reads a constraint.
     *
     * @param constraint one whose operator looks at a node alone
     * @throws IllegalArgumentException if it is malformed
     */
    static NodeConstraint of(Constraint constraint) {
        NodeInterpolation value = NodeInterpolation.parse(constraint.getValue());
        return new NodeConstraint(
                NodeInterpolation.parse(constraint.getAttribute()),
                value,
                Comparison.of(Operator.of(constraint.getOperator()), value),
                text(constraint));
    }

    /** As people write it: the operator between its sides. */
    public static String text(Constraint constraint) {
        return Stream.of(constraint.getAttribute(), constraint.getOperator(), constraint.getValue())
                .filter(side -> !side.isEmpty())
                .collect(Collectors.joining(" "));
    }

    boolean isFulfilledBy(Node node) {
        return comparison.holds(attribute.resolve(node), value.resolve(node));
    }

    /** The names of all that it looks at in a node. */
    Set<String> names() {
        return Stream.concat(attribute.names().stream(), value.names().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public String toString() {
        return text;
    }
}
