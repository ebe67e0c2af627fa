package dev.gantry.scheduler.constraint;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/**
 * Compares the two sides of a constraint, interpolated for one node. A side is empty if the node lacks a property that
 * the side names. Then every operator but {@code !=} and {@code is_not_set} fails, as in Nomad.
 */
@FunctionalInterface
interface Comparison {

    /** The most characters of a number. The time to parse a number grows with the square of its length. */
    int LONGEST_NUMBER = 64;

    /**
     * Decides whether the two sides meet the operator.
     *
     * @param left the interpolated attribute
     * @param right the interpolated value
     */
    boolean holds(Optional<String> left, Optional<String> right);

    /**
     * Returns the comparison of an operator.
     *
     * @param operator an operator that tests a node alone: neither {@code distinct_hosts} nor {@code distinct_property}
     * @param value the right side
     * @throws IllegalArgumentException if the right side refers to no node property and is malformed
     */
    static Comparison of(Operator operator, NodeInterpolation value) {
        return switch (operator) {
            case EQUAL -> present(String::equals);
            case NOT_EQUAL -> (left, right) -> !left.equals(right);
            case ABOVE -> order(value, order -> order > 0);
            case AT_LEAST -> order(value, order -> order >= 0);
            case BELOW -> order(value, order -> order < 0);
            case AT_MOST -> order(value, order -> order <= 0);
            case REGEXP -> withParsed(value, Comparison::regexp, (text, regexp) -> regexp.matches(text));
            case VERSION ->
                withParsed(
                        value,
                        Comparison::range,
                        (text, range) ->
                                Version.parse(text).filter(range::contains).isPresent());
            case SEMVER ->
                withParsed(
                        value,
                        Comparison::semanticRange,
                        (text, range) -> Version.parseSemantic(text)
                                .filter(range::contains)
                                .isPresent());
            case SET_CONTAINS -> present((set, members) -> members(set).containsAll(members(members)));
            case SET_CONTAINS_ANY ->
                present((set, members) -> members(set).stream().anyMatch(members(members)::contains));
            case IS_SET -> (left, right) -> left.isPresent();
            case IS_NOT_SET -> (left, right) -> left.isEmpty();
            case DISTINCT_HOSTS, DISTINCT_PROPERTY ->
                throw new IllegalArgumentException(operator + " looks at allocations, not at a node alone");
        };
    }

    private static Comparison present(BiPredicate<String, String> test) {
        return (left, right) -> left.isPresent() && right.isPresent() && test.test(left.get(), right.get());
    }

    private static Comparison order(NodeInterpolation value, IntPredicate test) {
        return withParsed(value, Ordinal::of, (text, right) -> test.test(right.order(text)));
    }

    /**
     * Orders texts: as versions if both are versions, else as numbers if both are numbers, else by their characters.
     *
     * @param text the right side
     * @param version the text as a version, if it is one
     * @param number the text as a number, if it is one
     */
    record Ordinal(String text, Optional<Version> version, Optional<BigDecimal> number) {

        /** Parses a text as a version and as a number. */
        static Ordinal of(String text) {
            return new Ordinal(text, Version.parse(text), Comparison.number(text));
        }

        /**
         * Returns a negative number, 0 or a positive number if the other text is lower, equal or higher than this one.
         */
        int order(String other) {
            return version.flatMap(one -> Version.parse(other).map(left -> left.compareTo(one)))
                    .or(() -> number.flatMap(one -> Comparison.number(other).map(left -> left.compareTo(one))))
                    .orElseGet(() -> other.compareTo(text));
        }
    }

    private static Optional<BigDecimal> number(String text) {
        try {
            return text.length() <= LONGEST_NUMBER ? Optional.of(new BigDecimal(text)) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /**
     * Parses the right side once if it refers to no node property, else for each node. A right side that is malformed
     * for one node fails the comparison for that node only.
     */
    private static <T> Comparison withParsed(
            NodeInterpolation value, Function<String, T> parser, BiPredicate<String, T> test) {
        Optional<T> parsed = value.literal().map(parser);
        if (parsed.isPresent()) {
            return present((left, right) -> test.test(left, parsed.get()));
        }
        return present((left, right) -> {
            try {
                return test.test(left, parser.apply(right));
            } catch (IllegalArgumentException e) {
                return false;
            }
        });
    }

    private static Regexp regexp(String text) {
        try {
            return Regexp.compile(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"%s\" is no regular expression (RE2): %s".formatted(text, e.getMessage()), e);
        }
    }

    private static VersionRange range(String text) {
        return VersionRange.parse(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        "\"%s\" is no version constraint: write one such as \">= 1.2, < 2\" or \"~> 1.2\""
                                .formatted(text)));
    }

    private static VersionRange semanticRange(String text) {
        return VersionRange.parseSemantic(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        "\"%s\" is no constraint of semantic versions: write one such as \">= 1.2.0-beta.1, < 2.0.0\""
                                .formatted(text)));
    }

    private static Set<String> members(String set) {
        return Arrays.stream(set.split(",", -1)).map(String::strip).collect(Collectors.toSet());
    }
}
