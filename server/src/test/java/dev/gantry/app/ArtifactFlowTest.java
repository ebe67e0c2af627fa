package dev.gantry.app;

import static dev.gantry.app.NodeFixture.events;
import static dev.gantry.app.ScriptJobs.both;
import static dev.gantry.app.ScriptJobs.restarts;
import static dev.gantry.app.ScriptJobs.run;
import static dev.gantry.app.ScriptJobs.stop;
import static dev.gantry.app.ScriptJobs.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.node.artifact.ArtifactSettings;
import dev.gantry.node.artifact.FileServer;
import dev.gantry.v1.Artifact;
import dev.gantry.v1.ArtifactSourceRestriction;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.JobType;
import dev.gantry.v1.NodeRestrictions;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskVariables;
import dev.gantry.v1.Variable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests how a whole node fetches the artifacts of its tasks. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ArtifactFlowTest {

    private static final String FOREVER = "exec sleep 300";

    @TempDir
    Path dir;

    private FileServer files;
    private Path sources;
    private NodeFixture node;

    @BeforeEach
    void start() throws Exception {
        files = FileServer.start();
        sources = Files.createDirectory(dir.resolve("sources")).toRealPath();
        ArtifactSettings usual = ArtifactSettings.DEFAULT;
        node = NodeFixture.start(
                dir,
                NodeRestrictions.newBuilder()
                        .setArtifactSources(ArtifactSourceRestriction.newBuilder()
                                .addAllow(files.url())
                                .addAllow("file:///"))
                        .build(),
                new ArtifactSettings(
                        List.of(sources),
                        Optional.empty(),
                        usual.maxBytes(),
                        usual.cacheBytes(),
                        usual.maxEntries(),
                        usual.timeout(),
                        usual.stall(),
                        usual.leastRate(),
                        Duration.ZERO));
    }

    @AfterEach
    void close() {
        node.close();
        files.close();
    }

    @Test
    void artifacts_are_there_before_the_task_starts() {
        files.add("/dc7/a1", "hello".getBytes(StandardCharsets.UTF_8));
        Artifact artifact = Artifact.newBuilder()
                .setSource(files.url() + "/${node.datacenter}/${NOMAD_ALLOC_ID}")
                .setDestination("${NOMAD_TASK_DIR}/in")
                .build();

        node.server.desire(run("a1", with(task("main", "grep -q hello ../local/in/a1"), artifact)));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(events(node.task("a1", "main")))
                .containsSubsequence("Setup", "DownloadingArtifacts", "Started", "Terminated");
        assertThat(node.server.registers().get(0).getNode().getAttributesMap())
                .containsEntry("artifact.http", "1")
                .containsEntry("artifact.file", "1");
    }

    @Test
    void a_failed_download_counts_by_the_restart_policy_and_a_restart_of_the_task_fetches_nothing_again()
            throws Exception {
        Path source = sources.resolve("a");
        String twice = "cat ../local/a >> ../local/seen; test $(wc -l < ../local/seen) = 2 || exit 1; " + FOREVER;
        node.server.desire(run(
                "a1",
                JobType.JOB_TYPE_SERVICE,
                restarts(100),
                with(task("main", twice), artifact("file://" + source))));
        node.awaitEvent("a1", "main", "FailedArtifactDownload");
        assertThat(node.task("a1", "main").getEventsList())
                .extracting(TaskEvent::getMessage)
                .contains("Failed to download artifact \"file://%s\": there is no %1$s".formatted(source));

        Files.writeString(source, "first\n");
        await().until(() -> !node.driver().started().isEmpty());
        Files.writeString(source, "second\n");

        Path seen = node.allocationDir("a1").resolve("main/local/seen");
        await().until(() -> Files.exists(seen) && Files.readAllLines(seen).size() == 2);
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(seen).hasContent("first\nfirst\n");
        assertThat(events(node.task("a1", "main")).stream().filter("Restarting"::equals))
                .hasSizeGreaterThan(1);
    }

    @Test
    void a_source_that_the_owner_of_the_node_does_not_allow_fails_the_task_for_good() {
        node.server.desire(run(
                "a1",
                JobType.JOB_TYPE_SERVICE,
                restarts(100),
                with(task("main", FOREVER), artifact("https://example.com/a"))));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(events(node.task("a1", "main"))).contains("Restricted").doesNotContain("Restarting");
        assertThat(node.driver().started()).isEmpty();
    }

    @Test
    void a_task_is_stopped_while_its_artifact_is_fetched() {
        String url = files.add("/big", new byte[100_000]);
        files.hang("/big", 50_000);
        DesiredState desired = run("a1", with(task("main", FOREVER), artifact(url)));
        node.server.desire(desired);
        await().until(() -> !files.requests().isEmpty());

        node.server.desire(stop(desired));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(node.driver().started()).isEmpty();
        assertThat(node.task("a1", "main").getFailed()).isFalse();
    }

    @Test
    void a_task_says_that_it_waits_to_fetch_its_artifact() {
        String url = files.add("/big", new byte[100_000]);
        files.hang("/big", 50_000);
        DesiredState first = run("a1", with(task("main", FOREVER), artifact(url)));
        node.server.desire(first);
        await().until(() -> !files.requests().isEmpty());

        DesiredState second = run("a2", with(task("main", FOREVER), artifact(url)));
        node.server.desire(both(first, second));

        node.awaitEvent("a2", "main", "Waiting");
        assertThat(node.task("a2", "main").getEventsList())
                .extracting(TaskEvent::getMessage)
                .contains("Waiting for another task that fetches the same artifact");
        node.server.desire(both(stop(first), second));
        node.awaitStatus("a2", ClientStatus.CLIENT_STATUS_RUNNING);
    }

    @Test
    void a_variable_in_a_header_reaches_the_server_and_nothing_else() throws Exception {
        node.server.answerVariables(question -> Optional.of(TaskVariables.newBuilder()
                .addVariables(Variable.newBuilder().setPath("jobs/web").putItems("token", "hidden"))
                .build()));
        Artifact artifact = artifact(files.url() + "/missing").toBuilder()
                .putHeaders("Authorization", "Bearer ${var.jobs/web.token}")
                .build();

        node.server.desire(run("a1", with(task("main", FOREVER), artifact)));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(files.requests().get(0).getFirst("Authorization")).isEqualTo("Bearer hidden");
        assertThat(node.server.updates("a1").toString()).contains("status 404").doesNotContain("hidden");
        try (var all = Files.walk(dir)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as("%s", file)
                        .doesNotContain("hidden");
            }
        }
    }

    private static Artifact artifact(String source) {
        return Artifact.newBuilder().setSource(source).build();
    }

    private static Task with(Task task, Artifact artifact) {
        return task.toBuilder().addArtifacts(artifact).build();
    }
}
