package dev.gantry.scheduler.placement;

import static dev.gantry.scheduler.Fixtures.cluster;
import static dev.gantry.scheduler.Fixtures.group;
import static dev.gantry.scheduler.Fixtures.job;
import static dev.gantry.scheduler.Fixtures.node;
import static dev.gantry.scheduler.Fixtures.plan;
import static dev.gantry.scheduler.Fixtures.task;
import static dev.gantry.scheduler.Fixtures.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gantry.restriction.MachineUses;
import dev.gantry.scheduler.Fixtures;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.scheduler.constraint.ConstraintChecks;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.scheduler.state.SchedulerOptions.Algorithm;
import dev.gantry.v1.Affinity;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeScore;
import dev.gantry.v1.NodeVerdict;
import dev.gantry.v1.Spread;
import dev.gantry.v1.SpreadTarget;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Tests affinities, spreads and reported scores. */
class PreferencesTest {

    private final ClusterState cluster = cluster(
            node("a1").putMeta("rack", "r1"),
            node("a2").putMeta("rack", "r1"),
            node("b1").putMeta("rack", "r2"),
            node("b2").putMeta("rack", "r2"),
            node("c1").putMeta("rack", "r3"));

    @Test
    void an_affinity_prefers_matching_nodes_and_a_negative_one_avoids_them() {
        Plan drawn = plan(cluster, version(0, web(1).addAffinities(affinity("r2", 80))), false);
        Plan kept = plan(
                cluster,
                version(0, web(1).addAffinities(affinity("r1", -50)).addAffinities(affinity("r2", -50))),
                false);

        assertThat(racks(drawn)).containsOnlyKeys("r2");
        assertThat(racks(kept)).containsOnlyKeys("r3");
    }

    @Test
    void the_affinity_score_is_the_share_of_matching_weights() {
        Job.Builder job = web(1).addAffinities(affinity("r2", 60)).addAffinities(affinity("r1", -40));

        List<NodeScore> scores =
                plan(cluster, version(0, job), false).groups().get(0).scores();

        assertThat(scores).hasSize(5);
        assertThat(scores.get(0).getNodeName()).isEqualTo("b1");
        assertThat(scores.get(0).getPartsOrThrow("node-affinity")).isCloseTo(0.6, within(1e-9));
        assertThat(scores.get(4).getPartsOrThrow("node-affinity")).isCloseTo(-0.4, within(1e-9));
        assertThat(scores.get(0).getScore())
                .isCloseTo((0.6 + scores.get(0).getPartsOrThrow("binpack")) / 2, within(1e-9));
    }

    @Test
    void a_node_without_a_matching_affinity_does_not_beat_one_with_a_light_one() {
        Job.Builder job = job(group("front", 1, task(2000, 2000)))
                .addAffinities(affinity("r3", 10))
                .addAffinities(affinity("none", 90));

        List<NodeScore> scores =
                plan(cluster, version(0, job), false).groups().get(0).scores();

        assertThat(scores.get(0).getNodeName()).isEqualTo("c1");
        assertThat(scores.get(1).getPartsOrThrow("node-affinity")).isZero();
        assertThat(scores.get(1).getScore()).isCloseTo(scores.get(1).getPartsOrThrow("binpack") / 2, within(1e-9));
    }

    @Test
    void a_node_that_does_not_help_a_spread_does_not_beat_one_that_helps_a_little() {
        ClusterState two = cluster(node("a").putMeta("rack", "r1"), node("b").putMeta("rack", "r2"));
        Spread spread = spread().addTargets(
                        SpreadTarget.newBuilder().setValue("r1").setPercent(10))
                .addTargets(SpreadTarget.newBuilder().setValue("r2").setPercent(12))
                .build();
        Job.Builder job = job(group("front", 10, task(1000, 1000))).addSpreads(spread.toBuilder());

        // One is desired on a, so that the first one there helps nothing, and 1.2 are on b.
        Plan plan = plan(two, version(0, job), false);

        assertThat(plan.placements().get(0).node().getName()).isEqualTo("b");
    }

    @Test
    void a_spread_gives_each_target_its_share_and_the_rest_to_other_values() {
        Spread spread = spread().addTargets(
                        SpreadTarget.newBuilder().setValue("r1").setPercent(50))
                .addTargets(SpreadTarget.newBuilder().setValue("r2").setPercent(30))
                .build();

        Plan plan = plan(cluster, version(0, web(10).addSpreads(spread)), false);

        assertThat(racks(plan)).isEqualTo(Map.of("r1", 5L, "r2", 3L, "r3", 2L));
    }

    @Test
    void a_spread_without_targets_distributes_evenly() {
        Plan plan = plan(cluster, version(0, web(9).addSpreads(spread())), false);

        assertThat(racks(plan)).isEqualTo(Map.of("r1", 3L, "r2", 3L, "r3", 3L));
    }

    @Test
    void the_spread_algorithm_chooses_the_emptiest_node() {
        ClusterState two = cluster(node("a"), node("b"));
        JobVersion first = version(0, job(group("front", 1, task(1000, 1000))).setId("first"));
        Fixtures.apply(two, first, plan(two, first, false));
        JobVersion second = version(0, web(1));

        Plan packed = plan(two, second, false);
        Plan spread = new Scheduler(MachineUses.NONE)
                .plan(two, second, false, Fixtures.NOW, new SchedulerOptions(Algorithm.SPREAD, Set.of()));

        assertThat(packed.placements().get(0).node().getName())
                .isNotEqualTo(spread.placements().get(0).node().getName());
    }

    @Test
    void the_explanation_scores_nodes_as_the_plan_does() {
        ClusterState two = cluster(node("a"), node("b"));
        JobVersion first = version(0, job(group("front", 1, task(1000, 1000))).setId("first"));
        Fixtures.apply(two, first, plan(two, first, false));
        JobVersion second = version(0, web(1));

        for (Algorithm algorithm : Algorithm.values()) {
            SchedulerOptions options = new SchedulerOptions(algorithm, Set.of());
            Plan plan = new Scheduler(MachineUses.NONE).plan(two, second, false, Fixtures.NOW, options);
            Map<String, Double> explained = new Scheduler(MachineUses.NONE)
                            .explain(two, second, plan, options, 100)
                            .get(second.getJob().getTaskGroups(0).getName())
                            .stream()
                            .collect(Collectors.toMap(NodeVerdict::getNodeName, NodeVerdict::getScore));

            assertThat(explained)
                    .as("scores of %s", algorithm)
                    .isEqualTo(plan.groups().get(0).scores().stream()
                            .collect(Collectors.toMap(NodeScore::getNodeName, NodeScore::getScore)));
        }
    }

    @Test
    void a_placement_failure_names_the_nodes_that_lack_the_least() {
        Node large = node("large").putMeta("rack", "r1").build().toBuilder()
                .setResources(node("x").getResources().toBuilder().setMemoryMib(9000))
                .build();
        cluster.putNode(large);

        List<NodeScore> nearest = plan(cluster, version(0, job(group("front", 1, task(100, 10_000)))), false)
                .groups()
                .get(0)
                .failure()
                .orElseThrow()
                .getScoresList();

        assertThat(nearest).hasSize(5);
        assertThat(nearest.get(0).getNodeName()).isEqualTo("large");
        assertThat(nearest.get(0).getScore()).isCloseTo(-0.1, within(1e-9));
    }

    @Test
    void a_malformed_preference_is_refused() {
        assertThat(ConstraintChecks.check(affinity("r1", 101), "affinities[0]"))
                .extracting(JobViolation::getField)
                .containsExactly("affinities[0].weight");
        assertThat(ConstraintChecks.check(
                        affinity("", 10).toBuilder()
                                .setOperator("distinct_property")
                                .build(),
                        "a"))
                .extracting(JobViolation::getField)
                .containsExactly("a.operator");
        assertThat(ConstraintChecks.check(
                        spread().setWeight(-1)
                                .addTargets(
                                        SpreadTarget.newBuilder().setValue("x").setPercent(60))
                                .addTargets(
                                        SpreadTarget.newBuilder().setValue("x").setPercent(60))
                                .build(),
                        "s"))
                .extracting(JobViolation::getField)
                .containsExactly("s.weight", "s.targets", "s.targets");
        assertThat(ConstraintChecks.check(spread().build(), "s")).isEmpty();
        assertThat(ConstraintChecks.check(affinity("r1", -100), "a")).isEmpty();
    }

    private static Job.Builder web(int count) {
        return job(group("front", count, task(100, 100)));
    }

    private static Affinity affinity(String rack, int weight) {
        return Affinity.newBuilder()
                .setAttribute("${meta.rack}")
                .setValue(rack)
                .setWeight(weight)
                .build();
    }

    private static Spread.Builder spread() {
        return Spread.newBuilder().setAttribute("${meta.rack}");
    }

    private static Map<String, Long> racks(Plan plan) {
        return plan.placements().stream()
                .collect(Collectors.groupingBy(one -> one.node().getMetaOrThrow("rack"), Collectors.counting()));
    }
}
