package dev.gantry.scheduler.constraint;

import static dev.gantry.scheduler.Fixtures.allocationOn;
import static dev.gantry.scheduler.Fixtures.cluster;
import static dev.gantry.scheduler.Fixtures.constraint;
import static dev.gantry.scheduler.Fixtures.group;
import static dev.gantry.scheduler.Fixtures.job;
import static dev.gantry.scheduler.Fixtures.node;
import static dev.gantry.scheduler.Fixtures.plan;
import static dev.gantry.scheduler.Fixtures.task;
import static dev.gantry.scheduler.Fixtures.version;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.v1.Affinity;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeScore;
import dev.gantry.v1.Spread;
import dev.gantry.v1.SpreadTarget;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Compares each operator, and affinities and spreads, with what it means in plain words. */
class OperatorOraclesTest {

    /** A version of three numbers and, perhaps, one for its pre-release. */
    record Three(int major, int minor, int patch, Optional<Integer> preRelease) {

        int compareTo(Three other) {
            return Arrays.compare(weights(), other.weights());
        }

        boolean hasSameNumbersAs(Three other) {
            return major == other.major && minor == other.minor && patch == other.patch;
        }

        @Override
        public String toString() {
            return "%d.%d.%d".formatted(major, minor, patch)
                    + preRelease.map(number -> "-" + number).orElse("");
        }

        /** A release comes behind all its pre-releases. */
        private int[] weights() {
            return new int[] {major, minor, patch, preRelease.orElse(Integer.MAX_VALUE)};
        }
    }

    /** A condition on a version. */
    record Condition(String relation, Three bound) {

        @Override
        public String toString() {
            return relation + " " + bound;
        }
    }

    @Property(tries = 500)
    void equality_is_that_of_texts_and_nothing_equals_what_is_missing(
            @ForAll("maybeWords") Optional<String> left, @ForAll("maybeWords") Optional<String> right) {
        boolean equal = left.isPresent() && left.equals(right);
        boolean bothMissing = left.isEmpty() && right.isEmpty();

        for (String operator : List.of("", "=", "==", "is")) {
            assertThat(holds(left, operator, right)).isEqualTo(equal);
        }
        for (String operator : List.of("!=", "not")) {
            assertThat(holds(left, operator, right)).isEqualTo(!equal && !bothMissing);
        }
    }

    @Property(tries = 1000)
    void order_is_that_of_versions_or_else_numbers_or_else_texts_and_what_is_missing_has_none(
            @ForAll("maybeValues") Optional<String> left, @ForAll("maybeValues") Optional<String> right) {
        boolean present = left.isPresent() && right.isPresent();
        int order = present ? order(left.get(), right.get()) : 0;

        assertThat(holds(left, ">", right)).isEqualTo(present && order > 0);
        assertThat(holds(left, ">=", right)).isEqualTo(present && order >= 0);
        assertThat(holds(left, "<", right)).isEqualTo(present && order < 0);
        assertThat(holds(left, "<=", right)).isEqualTo(present && order <= 0);
    }

    @Property(tries = 1000)
    void a_version_matches_all_conditions_and_a_pre_release_only_those_on_its_own_numbers(
            @ForAll("versions") Three version,
            @ForAll("conditions") @Size(min = 1, max = 3) List<Condition> conditions) {
        boolean expected =
                conditions.stream().allMatch(condition -> relates(condition, version) && mayPass(condition, version));

        assertThat(holds(Optional.of(version.toString()), "version", Optional.of(join(conditions))))
                .isEqualTo(expected);
    }

    @Property(tries = 1000)
    void a_semantic_version_matches_conditions_by_order_alone(
            @ForAll("versions") Three version,
            @ForAll("semanticConditions") @Size(min = 1, max = 3) List<Condition> conditions) {
        boolean expected = conditions.stream().allMatch(condition -> relates(condition, version));

        assertThat(holds(Optional.of(version.toString()), "semver", Optional.of(join(conditions))))
                .isEqualTo(expected);
    }

    @Property(tries = 500)
    void an_expression_matches_where_another_engine_finds_it(
            @ForAll("texts") String text, @ForAll("expressions") String expression) {
        assertThat(holds(Optional.of(text), "regexp", Optional.of(expression)))
                .isEqualTo(Pattern.compile(expression).matcher(text).find());
    }

    @Property(tries = 500)
    void sets_contain_all_or_any_of_the_members_whatever_blanks_are_around_them(
            @ForAll("sets") List<String> set, @ForAll("sets") List<String> members, @ForAll("blanks") String blank) {
        Set<String> known = new HashSet<>(set);
        Optional<String> left = Optional.of(String.join(blank + ",", set));
        Optional<String> right = Optional.of(String.join("," + blank, members));

        for (String operator : List.of("set_contains", "set_contains_all")) {
            assertThat(holds(left, operator, right)).isEqualTo(known.containsAll(members));
        }
        assertThat(holds(left, "set_contains_any", right))
                .isEqualTo(members.stream().anyMatch(known::contains));
    }

    @Property(tries = 50)
    void is_set_tests_whether_the_node_has_the_attribute(@ForAll("maybeWords") Optional<String> left) {
        assertThat(holds(left, "is_set", Optional.empty())).isEqualTo(left.isPresent());
        assertThat(holds(left, "is_not_set", Optional.empty())).isEqualTo(left.isEmpty());
    }

    @Property(tries = 200)
    void distinct_hosts_places_at_most_one_on_each_node(
            @ForAll("racks") @Size(max = 6) List<Integer> racks, @ForAll @IntRange(max = 8) int count) {
        Job.Builder web = web(count).addConstraints(constraint("", "distinct_hosts", ""));

        Plan plan = plan(cluster(nodes(racks)), version(0, web), false);

        assertThat(plan.placements()).hasSize(Math.min(count, racks.size()));
        assertThat(plan.placements().stream().map(one -> one.node().getId())).doesNotHaveDuplicates();
    }

    @Property(tries = 200)
    void distinct_property_places_at_most_its_limit_for_each_value_and_none_on_nodes_without_it(
            @ForAll("racks") @Size(max = 6) List<Integer> racks,
            @ForAll @IntRange(max = 8) int count,
            @ForAll @IntRange(min = 1, max = 3) int limit) {
        Job.Builder web =
                web(count).addConstraints(constraint("${meta.rack}", "distinct_property", String.valueOf(limit)));

        Plan plan = plan(cluster(nodes(racks)), version(0, web), false);

        long values = racks.stream().filter(rack -> rack > 0).distinct().count();
        assertThat(plan.placements()).hasSize((int) Math.min(count, values * limit));
        Map<String, Long> byRack = plan.placements().stream()
                .collect(groupingBy(one -> one.node().getMetaOrDefault("rack", "none"), counting()));
        assertThat(byRack).doesNotContainKey("none");
        assertThat(byRack.values()).allMatch(placed -> placed <= limit);
    }

    @Property(tries = 300)
    void an_affinity_score_is_the_matching_weight_divided_by_all_weights(
            @ForAll @IntRange(min = 1, max = 3) int rack,
            @ForAll("weights") @Size(min = 1, max = 4) List<Map.Entry<Integer, Integer>> weights) {
        Job.Builder web = web(1);
        weights.forEach(one -> web.addAffinities(Affinity.newBuilder()
                .setAttribute("${meta.rack}")
                .setOperator("=")
                .setValue("r" + one.getKey())
                .setWeight(one.getValue())));
        int all = weights.stream().mapToInt(one -> Math.abs(one.getValue())).sum();
        int fulfilled = weights.stream()
                .filter(one -> one.getKey() == rack)
                .mapToInt(Map.Entry::getValue)
                .sum();

        Node node = node("n").putMeta("rack", "r" + rack).build();
        double score = new Affinities(Affinities.of(web.build(), web.getTaskGroups(0))).score(node);

        assertThat(score).isCloseTo(all == 0 ? 0 : (double) fulfilled / all, within(1e-9));
    }

    @Property(tries = 200)
    void a_spread_score_is_the_missing_part_of_a_targets_share(
            @ForAll @Size(3) List<@IntRange(max = 4) Integer> placed,
            @ForAll @IntRange(min = 1, max = 99) int percent) {
        int count = placed.stream().mapToInt(Integer::intValue).sum() + 1;
        Spread spread = Spread.newBuilder()
                .setAttribute("${meta.rack}")
                .setWeight(50)
                .addTargets(SpreadTarget.newBuilder().setValue("r1").setPercent(percent))
                .build();
        JobVersion web = version(0, web(count).addSpreads(spread));
        ClusterState cluster = cluster(nodes(List.of(1, 2, 3)));
        cluster.putJob(web);
        int index = 0;
        for (int rack = 1; rack <= 3; rack++) {
            for (int i = 0; i < placed.get(rack - 1); i++) {
                cluster.putAllocation(allocationOn("id-n" + (rack - 1), web, index++));
            }
        }

        List<NodeScore> scores = plan(cluster, web, false).groups().get(0).scores();

        assertThat(scores).hasSize(3).allSatisfy(score -> {
            int rack = Integer.parseInt(score.getNodeName().substring(1)) + 1;
            double wanted = count * (rack == 1 ? percent : 100 - percent) / 100.0;
            double missing = (wanted - (placed.get(rack - 1) + 1)) / wanted;
            assertThat(score.getPartsOrDefault("allocation-spread", 0)).isCloseTo(Math.max(-1, missing), within(1e-9));
        });
    }

    @Provide
    Arbitrary<Optional<String>> maybeWords() {
        return Arbitraries.of("", "a", "b", "ab", "A", " a").optional(0.8);
    }

    @Provide
    Arbitrary<Optional<String>> maybeValues() {
        Arbitrary<String> releases = Arbitraries.integers()
                .between(0, 12)
                .list()
                .ofMinSize(1)
                .ofMaxSize(3)
                .map(numbers ->
                        String.join(".", numbers.stream().map(String::valueOf).toList()));
        Arbitrary<String> negatives = Arbitraries.integers().between(1, 30).map(tenths -> "-" + tenths / 10.0);
        return Arbitraries.oneOf(releases, releases, negatives, Arbitraries.of("alpha", "beta", "Beta", ""))
                .optional(0.9);
    }

    @Provide
    Arbitrary<Three> versions() {
        Arbitrary<Integer> number = Arbitraries.of(0, 1, 2, 10);
        return Combinators.combine(
                        number, number, number, Arbitraries.of(1, 2, 11).optional(0.4))
                .as(Three::new);
    }

    @Provide
    Arbitrary<List<Condition>> conditions() {
        return conditions("=", "!=", ">", ">=", "<", "<=", "~>");
    }

    @Provide
    Arbitrary<List<Condition>> semanticConditions() {
        return conditions("=", "!=", ">", ">=", "<", "<=");
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().withChars("ab-").ofMaxLength(6);
    }

    @Provide
    Arbitrary<String> expressions() {
        return Arbitraries.of("a", "b", ".", "a*", "b+", "[ab]", "(a|b-)", "-?", "^", "$")
                .list()
                .ofMaxSize(4)
                .map(pieces -> String.join("", pieces));
    }

    @Provide
    Arbitrary<List<String>> sets() {
        return Arbitraries.of("ssd", "gpu", "fast", "s").list().ofMinSize(1).ofMaxSize(4);
    }

    @Provide
    Arbitrary<String> blanks() {
        return Arbitraries.of("", " ", "\t ");
    }

    /** 0: none. */
    @Provide
    Arbitrary<List<Integer>> racks() {
        return Arbitraries.integers().between(0, 3).list();
    }

    @Provide
    Arbitrary<List<Map.Entry<Integer, Integer>>> weights() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 3),
                        Arbitraries.integers().between(-100, 100))
                .as(Map::entry)
                .list();
    }

    private Arbitrary<List<Condition>> conditions(String... relations) {
        return Combinators.combine(Arbitraries.of(relations), versions())
                .as(Condition::new)
                .list();
    }

    /** Returns whether a constraint between two attributes of a node holds; each of them may be missing. */
    private static boolean holds(Optional<String> left, String operator, Optional<String> right) {
        Node.Builder node = node("n");
        left.ifPresent(text -> node.putAttributes("left", text));
        right.ifPresent(text -> node.putAttributes("right", text));
        boolean held = isFulfilled(constraint("${attr.left}", operator, "${attr.right}"), node.build());
        // A literal value is parsed once for all nodes: the result must be the same.
        right.filter(text -> !operator.isEmpty())
                .ifPresent(text -> assertThat(isFulfilled(constraint("${attr.left}", operator, text), node.build()))
                        .isEqualTo(held));
        return held;
    }

    private static boolean isFulfilled(dev.gantry.v1.Constraint constraint, Node node) {
        return NodeConstraint.of(constraint).isFulfilledBy(node);
    }

    private static int order(String left, String right) {
        Pattern release = Pattern.compile("\\d+(\\.\\d+)*");
        if (Stream.of(left, right).allMatch(text -> release.matcher(text).matches())) {
            return Arrays.compare(numbers(left), numbers(right));
        }
        if (Stream.of(left, right).allMatch(text -> text.matches("-?\\d+(\\.\\d+)?"))) {
            return new BigDecimal(left).compareTo(new BigDecimal(right));
        }
        return left.compareTo(right);
    }

    private static int[] numbers(String release) {
        int[] written = Pattern.compile("\\.")
                .splitAsStream(release)
                .mapToInt(Integer::parseInt)
                .toArray();
        return Arrays.copyOf(written, 3);
    }

    private static boolean relates(Condition condition, Three version) {
        int order = version.compareTo(condition.bound());
        return switch (condition.relation()) {
            case "=" -> order == 0;
            case "!=" -> order != 0;
            case ">" -> order > 0;
            case ">=" -> order >= 0;
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            // The last number may grow. A pre-release is compatible with those of its own numbers alone.
            case "~>" ->
                order >= 0
                        && version.major() == condition.bound().major()
                        && version.minor() == condition.bound().minor()
                        && version.preRelease().isPresent()
                                == condition.bound().preRelease().isPresent();
            default -> throw new IllegalArgumentException(condition.relation());
        };
    }

    private static boolean mayPass(Condition condition, Three version) {
        boolean isOrder =
                !condition.relation().equals("=") && !condition.relation().equals("!=");
        return !isOrder
                || version.preRelease().isEmpty()
                || (condition.bound().preRelease().isPresent() && version.hasSameNumbersAs(condition.bound()));
    }

    private static String join(List<Condition> conditions) {
        return String.join(", ", conditions.stream().map(Objects::toString).toList());
    }

    private static Job.Builder web(int count) {
        return job(group("web", count, task(10, 10)));
    }

    private static Node.Builder[] nodes(List<Integer> racks) {
        return IntStream.range(0, racks.size())
                .mapToObj(i -> racks.get(i) == 0 ? node("n" + i) : node("n" + i).putMeta("rack", "r" + racks.get(i)))
                .toArray(Node.Builder[]::new);
    }
}
