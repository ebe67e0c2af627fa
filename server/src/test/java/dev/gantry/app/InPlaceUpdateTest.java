package dev.gantry.app;

import static dev.gantry.app.ScriptJobs.both;
import static dev.gantry.app.ScriptJobs.restarts;
import static dev.gantry.app.ScriptJobs.run;
import static dev.gantry.app.ScriptJobs.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.util.Durations;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.JobType;
import dev.gantry.v1.UpdateStrategy;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests in-place updates. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InPlaceUpdateTest {

    @TempDir
    Path dir;

    private NodeFixture node;
    private Path gate;

    @BeforeEach
    void start() throws Exception {
        node = NodeFixture.start(dir);
        gate = dir.resolve("gate");
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void a_newer_version_restarts_nothing_and_takes_effect_at_the_next_start() throws Exception {
        DesiredState first = printsMeta("old");
        node.server.desire(first);
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        String pod = node.task("a1", "main").getPodId();

        node.server.desire(newer(printsMeta("new"), 2));
        // Said after it, and so known after it.
        node.server.desire(run("a2", "true"));
        node.awaitStatus("a2", ClientStatus.CLIENT_STATUS_COMPLETE);

        assertThat(node.task("a1", "main").getPodId()).isEqualTo(pod);
        assertThat(node.task("a1", "main").getRestarts()).isZero();
        Files.createFile(gate);
        await().untilAsserted(() ->
                assertThat(node.allocationDir("a1").resolve("alloc/data/said")).hasContent("old\nnew"));
    }

    @Test
    void a_newer_version_survives_a_restart_of_the_node() throws Exception {
        node.server.desire(printsMeta("old"));
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        node.server.desire(both(newer(printsMeta("new"), 2), run("a2", "true")));
        node.awaitStatus("a2", ClientStatus.CLIENT_STATUS_COMPLETE);

        node.restart();
        Files.createFile(gate);

        await().untilAsserted(() ->
                assertThat(node.allocationDir("a1").resolve("alloc/data/said")).hasContent("old\nnew"));
    }

    @Test
    void a_version_with_other_tasks_is_not_taken_over() {
        node.server.desire(printsMeta("old"));
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);

        node.server.desire(newer(run("a1", task("other", "true")), 2));
        node.server.desire(run("a2", "true"));
        node.awaitStatus("a2", ClientStatus.CLIENT_STATUS_COMPLETE);

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(node.driver().started()).containsExactly("main", "main");
    }

    @Test
    void a_new_deployment_watches_the_health_of_the_allocation_again() {
        node.server.desire(deployed(printsMeta("old"), "d1"));
        await().until(() -> node.last("a1").getHealthy());
        int before = node.server.updates("a1").size();

        node.server.desire(deployed(newer(printsMeta("new"), 2), "d2"));

        await().until(() -> node.server.updates("a1").stream().skip(before).anyMatch(update -> !update.hasHealthy()));
        await().until(() -> node.last("a1").getHealthy());
        assertThat(node.driver().started()).hasSize(1);
    }

    private DesiredState printsMeta(String word) {
        DesiredState.Builder state = run(
                "a1",
                JobType.JOB_TYPE_SERVICE,
                restarts(5),
                task(
                        "main",
                        "echo $NOMAD_META_word >> ../../alloc/data/said; test $NOMAD_META_word = old || exec sleep 300; "
                                + "until test -e %s; do sleep 0.02; done".formatted(gate)))
                .toBuilder();
        state.getJobsBuilder(0).getJobBuilder().putMeta("word", word);
        return state.build();
    }

    private static DesiredState newer(DesiredState state, long version) {
        DesiredState.Builder newer = state.toBuilder();
        newer.getJobsBuilder(0).setVersion(version);
        newer.getAllocationsBuilder(0).setJobVersion(version);
        return newer.build();
    }

    private static DesiredState deployed(DesiredState state, String deployment) {
        DesiredState.Builder deployed = state.toBuilder();
        deployed.getAllocationsBuilder(0).setDeploymentId(deployment);
        deployed.getJobsBuilder(0)
                .getJobBuilder()
                .getTaskGroupsBuilder(0)
                .setUpdate(UpdateStrategy.newBuilder().setMinHealthyTime(Durations.fromMillis(300)));
        return deployed.build();
    }
}
