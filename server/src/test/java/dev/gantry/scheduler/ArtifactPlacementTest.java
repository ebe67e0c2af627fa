package dev.gantry.scheduler;

import static dev.gantry.scheduler.Fixtures.NOW;
import static dev.gantry.scheduler.Fixtures.cluster;
import static dev.gantry.scheduler.Fixtures.group;
import static dev.gantry.scheduler.Fixtures.job;
import static dev.gantry.scheduler.Fixtures.node;
import static dev.gantry.scheduler.Fixtures.task;
import static dev.gantry.scheduler.Fixtures.version;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.driver.DriverMachineUses;
import dev.gantry.scheduler.plan.Placement;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.v1.Artifact;
import dev.gantry.v1.ArtifactSourceRestriction;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeRestrictions;
import dev.gantry.v1.Template;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that tasks with artifacts and templates are placed on nodes that can fetch and render them, and may. */
class ArtifactPlacementTest {

    private final Scheduler scheduler = new Scheduler(new DriverMachineUses(List.of()));

    @ParameterizedTest
    @CsvSource({
        "https://example.com/a, http git file all",
        "git::https://example.com/a, git all",
        "github.com/a/b, git all",
        "file:///srv/a, file all",
        "git::file:///srv/a, all",
        "${meta.mirror}/a, http git file all",
    })
    void a_node_needs_what_fetches_the_source(String source, String nodes) {
        ClusterState cluster = cluster(
                node("old"),
                able("http"),
                able("git", "artifact.git"),
                able("file", "artifact.file"),
                able("all", "artifact.git", "artifact.file"));

        assertThat(nodes(plan(cluster, with(source, 5)))).containsOnly(nodes.split(" "));
    }

    @Test
    void a_node_of_a_version_without_templates_gets_no_task_with_one() {
        ClusterState cluster = cluster(node("old"), node("new").putAttributes("template", "1"));
        JobVersion job = version(
                0,
                job(group(
                        "web",
                        2,
                        task(100, 100).addTemplates(Template.newBuilder().setData("a")))));

        assertThat(nodes(plan(cluster, job))).containsOnly("new");
    }

    @Test
    void a_node_whose_owner_does_not_allow_the_source_is_left_out_with_the_reason() {
        Node.Builder tight = able("tight")
                .setRestrictions(NodeRestrictions.newBuilder()
                        .setArtifactSources(
                                ArtifactSourceRestriction.newBuilder().addAllow("https://releases.example.com")));

        Plan plan = plan(cluster(tight), with("https://example.com/a?token=x", 1));

        assertThat(plan.groups().get(0).failure().orElseThrow().getSummary())
                .isEqualTo("1 of 1 node: node does not allow artifacts from \"https://example.com/a\""
                        + " (allowed: https://releases.example.com)");
        assertThat(nodes(plan(cluster(tight), with("https://releases.example.com/a", 1))))
                .containsExactly("tight");
    }

    @Test
    void another_artifact_replaces_the_allocation_and_the_same_one_keeps_it() {
        ClusterState cluster = cluster(able("a"));
        JobVersion first = with("https://example.com/a", 1);
        Fixtures.apply(cluster, first, plan(cluster, first));
        JobVersion same = version(1, first.getJob().toBuilder().setPriority(60));
        JobVersion changed = version(2, with("https://example.com/b", 1).getJob().toBuilder());

        cluster.putJob(same);
        assertThat(plan(cluster, same).stops()).isEmpty();
        cluster.putJob(changed);
        assertThat(plan(cluster, changed).stops()).hasSize(1);
    }

    private static Node.Builder able(String name, String... attributes) {
        Node.Builder node = node(name).putAllAttributes(Map.of("artifact.http", "1"));
        for (String attribute : attributes) {
            node.putAttributes(attribute, "1");
        }
        return node;
    }

    private static JobVersion with(String source, int count) {
        return version(
                0,
                job(group(
                        "web",
                        count,
                        task(100, 100).addArtifacts(Artifact.newBuilder().setSource(source)))));
    }

    private Plan plan(ClusterState cluster, JobVersion job) {
        return scheduler.plan(cluster, job, false, NOW, SchedulerOptions.DEFAULT);
    }

    private static List<String> nodes(Plan plan) {
        return plan.placements().stream()
                .map(Placement::node)
                .map(Node::getName)
                .toList();
    }
}
