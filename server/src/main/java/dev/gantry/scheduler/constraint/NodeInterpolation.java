package dev.gantry.scheduler.constraint;

import dev.gantry.model.NodeTargets;
import dev.gantry.v1.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A text in which each <code>${name}</code> stands for what {@link NodeTargets} knows of a node by that name.
 *
 * @param parts what it is made of, in order
 */
public record NodeInterpolation(List<Part> parts) {

    private static final int LONGEST = 4096;
    private static final String OPEN = "${";
    private static final String CLOSE = "}";

    /** What tells each node from all others. */
    public static final NodeInterpolation NODE_ID = parse("${node.unique.id}");

    /** A piece of the text. */
    sealed interface Part {}

    /** Stands for itself. */
    record Literal(String text) implements Part {}

    /** Stands for what a node says by this name. */
    record Target(String name) implements Part {}

    public NodeInterpolation {
        parts = List.copyOf(parts);
    }

    /**
     * Reads a text.
     *
     * @param text the text
     * @return what it is made of
     * @throws IllegalArgumentException if a <code>${</code> has no end, or no plain name up to it
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
     * The text as it reads for one node.
     *
     * @param node the node
     * @return the text; empty if the node lacks something that the text names, or has so much of it that the text would be
     *     longer than 4,096 characters: whoever compares it takes time with each
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

    /** The names in it. */
    Set<String> names() {
        return parts.stream()
                .filter(Target.class::isInstance)
                .map(part -> ((Target) part).name())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The text, if it reads the same for every node. */
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
        // instanceof, not switch: patterns in switch come after Java 17.
        return part instanceof Target target
                ? NodeTargets.find(node, target.name())
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
