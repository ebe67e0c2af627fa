package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.driver.TaskExit;
import dev.gantry.driver.TaskStartException;
import dev.gantry.driver.TaskStop;
import dev.gantry.restriction.Restrictions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs real pods by the bundled runtime, in each of its flavours. The image is empty: the programs of the app are
 * mounted from the machine, which also tests volumes.
 */
@ParameterizedClass
@ValueSource(strings = {"crun", "fly"})
@Timeout(120)
class RktDriverIT {

    @Parameter
    String flavor;

    @TempDir
    Path root;

    private DriverFixture fixture;
    private RktExecutable executable;
    private RktDriver driver;

    @BeforeEach
    void make() throws Exception {
        RealPods.assumePossible();
        fixture = new DriverFixture(root);
        executable = RealPods.executable(root, flavor);
        driver = driver();
    }

    @AfterEach
    void leave_no_pod() {
        if (driver != null) {
            driver().sweep(allocation -> false);
        }
    }

    @Test
    void the_bundled_rkt_is_offered() {
        assertThat(driver.fingerprint().attributes())
                .containsEntry("driver.rkt", "1")
                .containsEntry("driver.rkt.version", "1.30.0")
                .containsEntry("driver.rkt.appc.version", "0.8.11");
    }

    @Test
    void a_pod_has_its_directories_environment_arguments_and_exit_code() throws Exception {
        TaskDirectory directory = fixture.directory("my_task");
        Files.writeString(directory.local().resolve("in"), "from local\n");
        Files.writeString(directory.secrets().resolve("key"), "from secrets\n");

        RunningTask task = start(
                "my_task",
                "echo $GREETING from $NOMAD_TASK_NAME with $0; cat /local/in /secrets/key; echo kept >/alloc/out;"
                        + " touch /usr/x 2>/dev/null || echo read-only >&2; exit 7");

        assertThat(exitOf(task).exitCode()).hasValue(7);
        assertThat(directory.stdout())
                .hasContent("hello, world from my_task with an argument\nfrom local\nfrom secrets");
        assertThat(directory.stderr()).hasContent("read-only");
        assertThat(directory.shared().resolve("out")).hasContent("kept");
        task.remove();
        assertThat(pods()).isEmpty();
    }

    @Test
    void an_image_that_needs_a_password_is_fetched_with_that_of_the_task() throws Exception {
        try (PrivateImages server = PrivateImages.start("team", "s3cret", RealPods.emptyImage(root))) {
            String settings = """
                    {"image": "%s", "command": "/bin/sh", "args": ["-c", "echo ran"], "volumes": [%s], "net": ["host"]%s}
                    """;
            String volumes = RealPods.systemDirectories();
            assertThatExceptionOfType(TaskStartException.class)
                    .isThrownBy(() ->
                            driver.start(fixture.request("without", settings.formatted(server.image(), volumes, ""))))
                    .withMessageContaining("401");

            RunningTask task = driver.start(fixture.request(
                    "with",
                    settings.formatted(
                            server.image(),
                            volumes,
                            ", \"auth\": {\"username\": \"team\", \"password\": \"s3cret\"}")));

            assertThat(exitOf(task).exitCode()).hasValue(0);
            assertThat(fixture.directory("with").stdout()).hasContent("ran");
        }
    }

    @Test
    void a_pod_is_stopped_and_a_deaf_one_killed() throws Exception {
        RunningTask listens = start("listens", "echo ready; exec sleep 60");
        awaitReady("listens");
        RunningTask deaf = start("deaf", "trap '' TERM; echo ready; while :; do sleep 0.1; done");
        awaitReady("deaf");

        listens.stop(TaskStop.within(Duration.ofSeconds(20)));
        deaf.stop(TaskStop.within(Duration.ZERO));

        assertThat(exitOf(listens).exitCode()).hasValue(143);
        assertThat(exitOf(deaf).exitCode()).hasValue(137);
    }

    @Test
    void a_pod_is_stopped_while_it_only_begins_to_run() throws Exception {
        RunningTask task = start("web", "exec sleep 60");

        task.stop(TaskStop.within(Duration.ofSeconds(20)));

        assertThat(exitOf(task).exitCode()).hasValue(143);
    }

    @Test
    void a_pod_is_found_again_and_stopped_when_its_supervisor_is_killed() throws Exception {
        String uuid = start("web", "echo ready; exec sleep 60").podId();
        awaitReady("web");
        RunningTask found = driver().find(fixture.directory("web")).orElseThrow();
        assertThat(found.podId()).isEqualTo(uuid);

        RunFiles.of(fixture.directory("web"))
                .supervisor(uuid)
                .orElseThrow()
                .handle()
                .orElseThrow()
                .destroyForcibly();

        TaskExit exit = exitOf(found);
        assertThat(exit.exitCode()).isEmpty();
        assertThat(exit.message()).startsWith("The task's supervisor was killed");
        found.remove();
        assertThat(pods()).isEmpty();
    }

    @Test
    void a_pod_that_nobody_speaks_of_is_swept() throws Exception {
        RunningTask task = start("web", "echo ready; exec sleep 60");
        awaitReady("web");

        driver().sweep(DriverFixture.ALLOCATION::equals);
        assertThat(pods()).containsExactly(task.podId());
        driver().sweep(allocation -> false);

        assertThat(pods()).isEmpty();
        assertThat(exitOf(task).exitCode()).hasValue(143);
    }

    @Test
    void a_pod_has_the_limits_that_it_asks_for_and_else_the_state_that_every_pod_has() throws Exception {
        RunningTask task = start(
                "web",
                "umask; ulimit -Sn; ulimit -Hn; ulimit -Sc; nice; cat /proc/self/oom_score_adj;"
                        + " set -- /proc/$$/fd/*; echo $#; ls -l /proc/$$/fd/0; true </dev/tty;"
                        + " grep -E 'Sig(Blk|Ign)' /proc/self/status; env",
                ", \"ulimit\": {\"nofile\": \"300:400\"}");

        exitOf(task);
        TaskDirectory directory = fixture.directory("web");
        assertThat(directory.stdout())
                .content()
                .startsWith("0022\n300\n400\n0\n0\n0\n")
                // Standard input, output and error, and the directory itself while it is read.
                .containsPattern("\n[34]\n")
                .contains("/dev/null\n", "SigBlk:\t0000000000000000\n")
                .containsPattern("SigIgn:\t0{7}[01][08]0{7}\n")
                .doesNotContain("SSL_CERT", "JAVA_HOME", "GANTRY_POD_ID");
        assertThat(directory.stderr()).content().contains("/dev/tty");
    }

    @Test
    void limits_that_the_machine_refuses_are_said_before_anything_runs() {
        assertThatExceptionOfType(TaskStartException.class)
                .isThrownBy(() -> start("web", "true", ", \"ulimit\": {\"nofile\": \"99999999999\"}"))
                .withMessageStartingWith("config.ulimit: This node can't set nofile = 99999999999 (prlimit: ")
                .returns(false, TaskStartException::isWorthRetrying);
    }

    @Test
    void nothing_of_a_pod_is_left_when_its_end_is_reported() throws Exception {
        String mark = "left-of-" + UUID.randomUUID();
        RunningTask task = start(
                "web",
                "trap '' TERM; (setsid sh -c 'sleep 300; true' " + mark + " &); sh -c 'sleep 300; true' " + mark
                        + " & echo ready; exit 5");

        assertThat(exitOf(task).exitCode()).hasValue(5);

        assertThat(ProcessHandle.allProcesses()
                        .map(ProcessHandle::info)
                        .flatMap(info -> info.arguments().map(Arrays::asList).stream())
                        .filter(arguments -> arguments.contains(mark)))
                .isEmpty();
        assertThat(ControlGroups.ofThisMachine().of(task.podId()).filter(Files::exists))
                .isEmpty();
    }

    @Test
    void what_rkt_refuses_is_said_in_its_words() {
        assertThatExceptionOfType(TaskStartException.class)
                .isThrownBy(() -> driver.start(fixture.request("web", "{\"image\": \"/no/such.aci\"}")))
                .withMessageStartingWith("rkt prepare: error finding images: open /no/such.aci: no such file")
                .returns(false, TaskStartException::isWorthRetrying);
    }

    private RktDriver driver() {
        return new RktDriver(
                executable,
                Restrictions.NONE,
                DriverFixture.LIMITS,
                fixture.allocations,
                RktGarbageSettings.DEFAULT,
                InstantSource.system());
    }

    private RunningTask start(String task, String script) throws Exception {
        return start(task, script, "");
    }

    private RunningTask start(String task, String script, String settings) throws Exception {
        return driver.start(fixture.request(
                task, """
                {"image": "%s", "command": "/bin/sh", "args": ["-c", "%s", "an argument"], "volumes": [%s],
                 "net": ["host"]%s}
                """.formatted(RealPods.emptyImage(root), script, RealPods.systemDirectories(), settings)));
    }

    private void awaitReady(String task) {
        Path stdout = fixture.directory(task).stdout();
        await().until(() -> Files.exists(stdout) && Files.readString(stdout).equals("ready\n"));
    }

    private static TaskExit exitOf(RunningTask task) throws Exception {
        return task.exit().get(30, TimeUnit.SECONDS);
    }

    private List<String> pods() throws Exception {
        CommandRunner runner =
                new CommandRunner(ProgramStart.with(HostEnvironment.forRkt(System.getenv()), DriverFixture.LIMITS));
        return new RktCli(executable.locate(), runner, RktTimeouts.DEFAULT)
                .list().stream().map(PodStatus::uuid).toList();
    }
}
