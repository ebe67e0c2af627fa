package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskCommand;
import dev.gantry.driver.TaskExit;
import dev.gantry.driver.TaskStop;
import dev.gantry.files.FileTrees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Nothing is left of a task when its end is reported, with an rkt that ends nothing itself: under the stage1 fly of a
 * real rkt the children of an app outlive it.
 */
@Timeout(60)
class TaskRemainsTest {

    /** The ways in which a node can find all processes of a task. */
    enum Means {
        VERSION_2_OF_CONTROL_GROUPS,
        FREEZER_OF_VERSION_1,
        ROOT_AND_SESSION;

        ControlGroups groups() {
            return switch (this) {
                case VERSION_2_OF_CONTROL_GROUPS -> at("/sys/fs/cgroup/unified", "/sys/fs/cgroup", "cgroup.kill");
                case FREEZER_OF_VERSION_1 -> at("/sys/fs/cgroup/freezer", "/sys/fs/cgroup/freezer", "freezer.state");
                case ROOT_AND_SESSION -> ControlGroups.none();
            };
        }

        private static ControlGroups at(String first, String second, String needed) {
            Path hierarchy = Path.of(Files.exists(Path.of(first)) ? first : second);
            Path parent = hierarchy.resolve("gantry-test");
            try {
                Files.createDirectories(parent);
            } catch (IOException e) {
                assumeThat(false)
                        .as("no control group can be made in " + hierarchy + ": skipped")
                        .isTrue();
            }
            assumeThat(parent.resolve(needed))
                    .as(hierarchy + " has no " + needed + ": skipped")
                    .exists();
            return ControlGroups.in(parent);
        }
    }

    /**
     * Children that left the session, the parent, and both. Each writes down its process id, and would run for minutes.
     */
    private static final String LEAVES_CHILDREN = """
            child() { exec sh -c "trap '' HUP INT TERM; echo \\$\\$ >>$pids; while :; do sleep 1; done"; }
            child &
            (child &)
            setsid sh -c "trap '' HUP INT TERM; echo \\$\\$ >>$pids; while :; do sleep 1; done" &
            (setsid env -i sh -c "echo \\$\\$ >>$pids; exec sleep 300" >/dev/null 2>&1 &)
            until [ "$(wc -l <$pids)" -ge 4 ]; do sleep 0.02; done
            """;

    @TempDir
    Path root;

    private DriverFixture fixture;
    private Path pids;

    @BeforeEach
    void make() throws IOException {
        assumeThat(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))
                .as("only root may change the root directory: skipped")
                .isEqualTo(0);
        fixture = new DriverFixture(root);
        fixture.rkt.fly();
        pids = Files.createFile(root.resolve("pids"));
    }

    @AfterEach
    void leave_no_process() throws IOException {
        children().forEach(ProcessHandle::destroyForcibly);
    }

    @ParameterizedTest
    @EnumSource
    void nothing_of_a_task_is_left_when_its_end_is_reported(Means means) throws Exception {
        fixture.rkt.app(script("exit 7"));

        TaskExit exit = exitOf(start(means));

        assertThat(exit.exitCode()).hasValue(7);
        assertThat(children()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void nothing_of_a_task_is_left_when_it_was_stopped(Means means) throws Exception {
        fixture.rkt.app(script("echo ready; exec sleep 300"));
        RunningTask task = started(means);

        task.stop(TaskStop.within(Duration.ofSeconds(20)));

        assertThat(exitOf(task).exitCode()).hasValue(143);
        assertThat(children()).isEmpty();
        task.remove();
        assertThat(fixture.rkt.pods()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void nothing_of_a_task_is_left_although_its_supervisor_was_killed(Means means) throws Exception {
        fixture.rkt.app(script("echo ready; exec sleep 300"));
        RunningTask task = started(means);

        supervisor(task.podId()).destroyForcibly();

        assertThat(exitOf(task).message()).startsWith("The task's supervisor was killed");
        assertThat(children()).isEmpty();
        assertThat(fixture.rkt.isRunning(task.podId())).isFalse();
    }

    /** An OCI runtime moves the app to a group of its own, where the node's group does not reach it. */
    @Test
    void nothing_is_left_although_the_runtime_has_a_group_of_its_own_and_rkt_does_not_answer() throws Exception {
        fixture = new DriverFixture(root.resolve("oci"));
        Path own = Means.VERSION_2_OF_CONTROL_GROUPS.groups().of("rkt").orElseThrow();
        fixture.rkt.app("""
                pids=%s
                uuid=$(sed -n 's|^0::.*/||p' /proc/self/cgroup)
                mkdir %s-$uuid
                (
                    echo 0 >%2$s-$uuid/cgroup.procs
                    exec setsid env -i /bin/sh -c "echo \\$\\$ >>$pids; exec sleep 300" >/dev/null 2>&1
                ) &
                until [ -s $pids ]; do sleep 0.02; done
                echo ready
                exec sleep 300
                """.formatted(pids, own));
        RunningTask task = started(Means.VERSION_2_OF_CONTROL_GROUPS);
        assertThat(children()).hasSize(1);

        fixture.rkt.fail("status", "status: cannot open the store");
        supervisor(task.podId()).destroyForcibly();

        assertThat(exitOf(task).message()).contains("cannot open the store");
        assertThat(children()).isEmpty();
        await().until(() -> Path.of(own + "-" + task.podId()).toFile().delete());
    }

    /** The stand-in's commands enter no root: only a control group tells whose they are. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ROOT_AND_SESSION")
    void what_a_command_leaves_in_a_pod_ends_with_the_pod(Means means) throws Exception {
        fixture.rkt.app(script("echo ready; exec sleep 300"));
        RunningTask task = started(means);

        task.run(new TaskCommand(
                List.of("/bin/sh", "-c", "(setsid sh -c 'echo $$ >>" + pids + "; exec sleep 300' >/dev/null 2>&1 &)"),
                Duration.ofSeconds(10)));
        await().until(() -> Files.readAllLines(pids).size() == 5);
        task.stop(TaskStop.within(Duration.ofSeconds(20)));

        exitOf(task);
        assertThat(children()).isEmpty();
    }

    /** The supervisor leaves the group while it starts rkt: either may come first. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ROOT_AND_SESSION")
    void rkt_is_in_the_group_of_its_pod_although_the_supervisor_has_left_it_before(Means means) throws Exception {
        String uuid = UUID.randomUUID().toString();
        ControlGroups groups = means.groups();
        groups.make(uuid);
        Path group = groups.of(uuid).orElseThrow();
        Path run = Files.createDirectory(root.resolve("run"));
        Path members = root.resolve("members");
        Files.write(run.resolve("supervise"), Supervisor.script("supervise"));
        Files.write(run.resolve("end-group"), Supervisor.script("end-group"));
        ProcessBuilder supervisor = new ProcessBuilder(
                "/bin/sh",
                run.resolve("supervise").toString(),
                run.toString(),
                root.resolve("log").toString(),
                "0",
                "0",
                group.toString(),
                "/bin/sh",
                "-c",
                "cat <%s >%s".formatted(ControlGroups.processes(group), members));
        supervisor.environment().put("GANTRY_HOME_GROUP", group.getParent().toString());

        assertThat(supervisor.start().waitFor(20, TimeUnit.SECONDS)).isTrue();

        assertThat(members).isNotEmptyFile();
        assertThat(run.resolve("exit")).content().isEqualToIgnoringWhitespace("0");
        assertThat(group).doesNotExist();
    }

    @Test
    void a_process_that_only_names_the_pod_is_not_taken_for_one_of_it() throws Exception {
        fixture.rkt.app(script("echo ready; exec sleep 300"));
        RunningTask task = started(Means.ROOT_AND_SESSION);
        Process innocent = new ProcessBuilder("sh", "-c", "sleep 300", task.podId(), "/" + task.podId() + "/").start();

        try {
            supervisor(task.podId()).destroyForcibly();
            exitOf(task);

            assertThat(innocent.isAlive()).isTrue();
        } finally {
            innocent.descendants().forEach(ProcessHandle::destroyForcibly);
            innocent.destroyForcibly();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_pod_that_nobody_knows_is_swept_with_all_that_it_has_left(Means means) throws Exception {
        fixture.rkt.app(script("echo ready; exec sleep 300"));
        started(means);
        FileTrees.delete(fixture.directory("web").driver());

        assertThat(fixture.driver(means.groups()).sweep(allocation -> false)).isTrue();

        assertThat(children()).isEmpty();
        assertThat(fixture.rkt.pods()).isEmpty();
    }

    private String script(String end) {
        return "pids=" + pids + "\n" + LEAVES_CHILDREN + end + "\n";
    }

    private RunningTask start(Means means) throws Exception {
        return fixture.driver(means.groups()).start(fixture.request("web", "{\"image\": \"a\"}"));
    }

    private RunningTask started(Means means) throws Exception {
        RunningTask task = start(means);
        Path stdout = fixture.directory("web").stdout();
        await().until(() -> Files.exists(stdout) && Files.readString(stdout).equals("ready\n"));
        return task;
    }

    private static TaskExit exitOf(RunningTask task) throws Exception {
        return task.exit().get(30, TimeUnit.SECONDS);
    }

    private ProcessHandle supervisor(String uuid) throws IOException {
        return RunFiles.of(fixture.directory("web"))
                .supervisor(uuid)
                .orElseThrow()
                .handle()
                .orElseThrow();
    }

    /** The live children; zombies do not count. */
    private List<ProcessHandle> children() throws IOException {
        return Files.readAllLines(pids).stream()
                .map(Long::parseLong)
                .filter(TaskRemainsTest::lives)
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .toList();
    }

    private static boolean lives(long pid) {
        try {
            return ProcessIdentity.ofLiving(pid).isPresent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
