package dev.gantry.scheduler.constraint;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A list of conditions on a version, such as {@code >= 1.2, < 2} or {@code ~> 1.2}. The range contains a version that
 * meets all of them. The conditions have the meaning that HashiCorp's go-version gives them.
 *
 * <p>{@code ~> 1.2.3} stands for {@code >= 1.2.3, < 1.3}: only the last written number may be higher. A condition with
 * {@code >}, {@code >=}, {@code <}, {@code <=} or {@code ~>} admits a pre-release only if the condition itself names a
 * pre-release of the same numbers.
 *
 * <p>Ranges of semantic versions (Nomad's {@code semver}) compare order alone: pre-releases are treated as any other
 * version, and there is no {@code ~>}.
 *
 * @param bounds the conditions; at least one
 */
record VersionRange(List<Bound> bounds) {

    private static final Pattern BOUND = Pattern.compile("(!=|>=|<=|~>|=|>|<|)\\s*([^\\s=<>~!].*)");

    /** The operators of conditions. */
    private enum Relation {
        EQUAL,
        NOT_EQUAL,
        ABOVE,
        AT_LEAST,
        BELOW,
        AT_MOST,
        COMPATIBLE;

        static Relation of(String symbol) {
            return switch (symbol) {
                case "", "=" -> EQUAL;
                case "!=" -> NOT_EQUAL;
                case ">" -> ABOVE;
                case ">=" -> AT_LEAST;
                case "<" -> BELOW;
                case "<=" -> AT_MOST;
                case "~>" -> COMPATIBLE;
                default -> throw new IllegalArgumentException("\"%s\" compares no versions".formatted(symbol));
            };
        }
    }

    /**
     * One condition.
     *
     * @param relation the operator
     * @param version the right side
     * @param isSemantic true if pre-releases are treated as any other version
     */
    private record Bound(Relation relation, Version version, boolean isSemantic) {

        boolean contains(Version candidate) {
            int order = candidate.compareTo(version);
            return switch (relation) {
                case EQUAL -> order == 0;
                case NOT_EQUAL -> order != 0;
                case ABOVE -> order > 0 && mayPass(candidate);
                case AT_LEAST -> order >= 0 && mayPass(candidate);
                case BELOW -> order < 0 && mayPass(candidate);
                case AT_MOST -> order <= 0 && mayPass(candidate);
                case COMPATIBLE -> order >= 0 && isCompatible(candidate);
            };
        }

        private boolean mayPass(Version candidate) {
            return isSemantic
                    || !candidate.isPreRelease()
                    || (version.isPreRelease() && version.hasSameNumbersAs(candidate));
        }

        private boolean isCompatible(Version candidate) {
            if (!mayPass(candidate) || version.isPreRelease() != candidate.isPreRelease()) {
                return false;
            }
            for (int place = 0; place < version.precision() - 1; place++) {
                if (version.number(place) != candidate.number(place)) {
                    return false;
                }
            }
            return true;
        }
    }

    VersionRange {
        bounds = List.copyOf(bounds);
    }

    /**
     * Parses a range.
     *
     * @param text conditions separated by commas
     * @return the range; empty if a condition is malformed
     */
    static Optional<VersionRange> parse(String text) {
        return parse(text, VersionRange::bound);
    }

    /**
     * Parses a range of semantic versions.
     *
     * @param text conditions separated by commas
     * @return the range; empty if a condition is malformed
     */
    static Optional<VersionRange> parseSemantic(String text) {
        return parse(text, VersionRange::semanticBound);
    }

    private static Optional<VersionRange> parse(String text, Function<String, Optional<Bound>> parser) {
        List<Optional<Bound>> bounds =
                Pattern.compile(",").splitAsStream(text + " ").map(parser).toList();
        return bounds.stream().allMatch(Optional::isPresent)
                ? Optional.of(new VersionRange(
                        bounds.stream().flatMap(Optional::stream).toList()))
                : Optional.empty();
    }

    /** Returns true if a version meets all conditions. */
    boolean contains(Version candidate) {
        return bounds.stream().allMatch(bound -> bound.contains(candidate));
    }

    private static Optional<Bound> bound(String text) {
        Matcher matcher = BOUND.matcher(text.strip());
        return matcher.matches()
                ? Version.parse(matcher.group(2))
                        .map(version -> new Bound(Relation.of(matcher.group(1)), version, false))
                : Optional.empty();
    }

    private static Optional<Bound> semanticBound(String text) {
        Matcher matcher = BOUND.matcher(text.strip());
        return matcher.matches()
                ? Version.parseSemantic(matcher.group(2))
                        .map(version -> new Bound(Relation.of(matcher.group(1)), version, true))
                        .filter(bound -> bound.relation() != Relation.COMPATIBLE)
                : Optional.empty();
    }
}
