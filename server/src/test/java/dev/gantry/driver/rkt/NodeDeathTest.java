package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.driver.RunningTask;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks whose node is killed: a process of its own starts them. */
class NodeDeathTest {

    @TempDir
    Path root;

    private DriverFixture fixture;

    @BeforeEach
    void make() {
        fixture = new DriverFixture(root);
        fixture.rkt.app("while ! [ -e " + root.resolve("end") + " ]; do sleep 0.05; done; echo ended; exit 7");
    }

    @Test
    void a_task_runs_on_when_its_node_is_killed_and_is_found_again() throws Exception {
        String uuid = startAndKillNode();
        assertThat(fixture.rkt.isRunning(uuid)).isTrue();

        RunningTask found = fixture.driver().find(fixture.directory("web")).orElseThrow();

        assertThat(found.podId()).isEqualTo(uuid);
        assertThat(found.exit()).isNotDone();
        Files.createFile(root.resolve("end"));
        assertThat(found.exit().get(20, TimeUnit.SECONDS).exitCode()).hasValue(7);
        assertThat(fixture.directory("web").stdout()).hasContent("ended");
    }

    @Test
    void the_exit_code_of_a_task_that_ends_without_a_node_is_kept() throws Exception {
        String uuid = startAndKillNode();
        Files.createFile(root.resolve("end"));
        await().until(() -> RunFiles.of(fixture.directory("web")).exit(uuid).isPresent());

        RunningTask found = fixture.driver().find(fixture.directory("web")).orElseThrow();

        assertThat(found.exit().get(20, TimeUnit.SECONDS).exitCode()).hasValue(7);
        found.remove();
        assertThat(fixture.rkt.pods()).isEmpty();
    }

    private String startAndKillNode() throws Exception {
        Process node = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NodeProcess.class.getName(),
                        root.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader output = node.inputReader()) {
            String uuid = output.readLine();
            await().until(() -> fixture.rkt.isRunning(uuid));
            return uuid;
        } finally {
            node.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
        }
    }
}
