package dev.gantry.scheduler.constraint;

import dev.gantry.model.NodeProperties;
import dev.gantry.v1.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A text with references to node properties, such as <code>${attr.kernel.name}</code>. {@link NodeProperties} finds the
 * value of each reference.
 *
 * @param parts literals and references, in order
 */
public record NodeInterpolation(List<Part> parts) {

    // In characters.
    private static final int LONGEST = 4096;
    private static final String OPEN = "${";
    private static final String CLOSE = "}";

    /** The node's id: a different value for each node. */
    public static final NodeInterpolation NODE_ID = parse("${node.unique.id}");

    /** A part of the text. */
    sealed interface Part {}

    /**
     * A part without a reference.
     *
     * @param text the text of the part
     */
    record Literal(String text) implements Part {}

    /**
     * A reference to a node property.
     *
     * @param name the name of the property, such as {@code attr.kernel.name}
     */
    record Target(String name) implements Part {}

    /** Copies the list. */
    public NodeInterpolation {
        parts = List.copyOf(parts);
    }

    /**
     * Parses a text.
     *
     * @param text the text
     * @return the parsed text
     * @throws IllegalArgumentException if a <code>${</code> has no closing brace, or if the name between them is empty
     *     or contains another <code>${</code>
     */
    public static NodeInterpolation parse(String text) {
        List<Part> parts = new ArrayList<>();
        int done = 0;
        for (int open = text.indexOf(OPEN); open >= 0; open = text.indexOf(OPEN, done)) {
            addLiteral(parts, text.substring(done, open));
            int close = text.indexOf(CLOSE, open);
            if (close < 0) {
                throw new IllegalArgumentException("\"%s\" has no } to end its ${".formatted(text.substring(open)));
            }
            parts.add(new Target(name(text.substring(open + OPEN.length(), close))));
            done = close + CLOSE.length();
        }
        addLiteral(parts, text.substring(done));
        return new NodeInterpolation(parts);
    }

    /**
     * Returns the text with each reference replaced by the node's value.
     *
     * @param node the node
     * @return the text; empty if the node lacks one of the properties, or if the text has more than 4,096 characters:
     *     the time of a comparison grows with the length of the text
     */
    public Optional<String> resolve(Node node) {
        return resolveAll(node).filter(text -> text.length() <= LONGEST);
    }

    private Optional<String> resolveAll(Node node) {
        if (parts.size() == 1) {
            return resolve(parts.get(0), node);
        }
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            Optional<String> value = resolve(part, node);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            text.append(value.get());
            if (text.length() > LONGEST) {
                return Optional.empty();
            }
        }
        return Optional.of(text.toString());
    }

    /** Returns the names of the properties that the text refers to. */
    Set<String> names() {
        return parts.stream()
                .filter(Target.class::isInstance)
                .map(part -> ((Target) part).name())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Returns the text if it has no references; else empty. */
    Optional<String> literal() {
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            if (!(part instanceof Literal literal)) {
                return Optional.empty();
            }
            text.append(literal.text());
        }
        return Optional.of(text.toString());
    }

    private static Optional<String> resolve(Part part, Node node) {
        // Not a switch: Java 17 has no patterns in switch.
        return part instanceof Target target
                ? NodeProperties.find(node, target.name())
                : Optional.of(((Literal) part).text());
    }

    private static void addLiteral(List<Part> parts, String text) {
        if (!text.isEmpty()) {
            parts.add(new Literal(text));
        }
    }

    private static String name(String text) {
        String name = text.strip();
        if (name.isEmpty() || name.contains(OPEN)) {
            throw new IllegalArgumentException(
                    "\"${%s}\" names nothing: write a name such as ${attr.kernel.name}".formatted(text));
        }
        return name;
    }
}
