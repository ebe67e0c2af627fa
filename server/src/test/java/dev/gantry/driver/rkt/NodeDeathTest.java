package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.driver.RunningTask;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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

    @Test
    void nothing_is_left_of_a_task_whose_supervisor_died_without_a_node() throws Exception {
        Path child = root.resolve("child");
        fixture.rkt.app("setsid sh -c 'echo $$ >" + child + "; exec sleep 300' >/dev/null 2>&1 & exec sleep 300");
        String uuid = startAndKillNode();
        await().until(() -> Files.exists(child) && !Files.readString(child).isEmpty());
        RunFiles files = RunFiles.of(fixture.directory("web"));
        files.supervisor(uuid).orElseThrow().handle().orElseThrow().destroyForcibly();
        await().until(() -> !files.supervisor(uuid).orElseThrow().isAlive());

        RunningTask found = fixture.driver().find(fixture.directory("web")).orElseThrow();

        assertThat(found.exit().get(20, TimeUnit.SECONDS).exitCode()).isEmpty();
        assertThat(fixture.rkt.isRunning(uuid)).isFalse();
        long pid = Long.parseLong(Files.readString(child).strip());
        assertThat(ProcessIdentity.ofLiving(pid)).isEmpty();
    }

    @Test
    void every_line_is_there_once_and_in_order_over_rotation_and_the_death_of_the_node() throws Exception {
        fixture.rkt.app(
                "seq 1 300000; while ! [ -e " + root.resolve("end") + " ]; do sleep 0.05; done; seq 300001 800000");
        startAndKillNode();
        RunningTask found = fixture.driver().find(fixture.directory("web")).orElseThrow();

        Files.createFile(root.resolve("end"));

        assertThat(found.exit().get(20, TimeUnit.SECONDS).exitCode()).hasValue(0);
        Path logs = fixture.directory("web").logs();
        assertThat(logs.resolve("web.stdout.4")).hasSize(1 << 20);
        StringBuilder all = new StringBuilder();
        for (int i = 0; Files.exists(logs.resolve("web.stdout." + i)); i++) {
            all.append(Files.readString(logs.resolve("web.stdout." + i)));
        }
        String expected =
                IntStream.rangeClosed(1, 800_000).mapToObj(i -> i + "\n").collect(Collectors.joining());
        assertThat(all.toString().equals(expected))
                .as("every line once, in order")
                .isTrue();
    }

    @Test
    void nothing_is_left_of_a_run_that_waits_for_rkt_when_its_node_is_killed() throws Exception {
        fixture.rkt.hang("prepare");
        RunFiles files = RunFiles.of(fixture.directory("web"));
        Process node = node();
        try {
            await().until(() -> files.pod().isPresent());
            String uuid = files.pod().orElseThrow().uuid();
            Optional<Path> group = ControlGroups.ofThisMachine().of(uuid);
            if (group.isPresent()) {
                await().until(() ->
                        !Files.readString(ControlGroups.processes(group.get())).isEmpty());
            }
            List<ProcessHandle> started = node.descendants().toList();

            node.destroyForcibly();

            ProcessHandle rkt = started.stream()
                    .filter(process -> process.info().command().orElse("").endsWith("sleep"))
                    .findFirst()
                    .orElseThrow();
            await().until(() ->
                    started.stream().filter(process -> !process.equals(rkt)).noneMatch(ProcessHandle::isAlive));
            rkt.destroyForcibly();
            assertThat(group.filter(Files::exists)).isEmpty();
            assertThat(fixture.driver().find(fixture.directory("web"))).isEmpty();
            assertThat(files.pod()).isEmpty();
        } finally {
            node.descendants().forEach(ProcessHandle::destroyForcibly);
            node.destroyForcibly();
        }
    }

    private String startAndKillNode() throws Exception {
        Process node = node();
        try (BufferedReader output = node.inputReader()) {
            String uuid = output.readLine();
            await().until(() -> fixture.rkt.isRunning(uuid));
            return uuid;
        } finally {
            node.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
        }
    }

    private Process node() throws IOException {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NodeProcess.class.getName(),
                        root.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
