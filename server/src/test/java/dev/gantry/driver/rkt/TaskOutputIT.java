package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.driver.TaskExit;
import dev.gantry.driver.TaskStartException;
import dev.gantry.driver.TaskStop;
import dev.gantry.restriction.Restrictions;
import dev.gantry.v1.LogConfig;
import dev.gantry.v1.Resources;
import dev.gantry.v1.Task;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The output of real pods, of both flavors of the bundled runtime. */
@Timeout(120)
class TaskOutputIT {

    @TempDir
    Path root;

    private DriverFixture fixture;
    private RktDriver driver;

    @BeforeEach
    void make() throws Exception {
        RealPods.assumePossible();
        fixture = new DriverFixture(root);
    }

    @AfterEach
    void leave_no_pod() {
        if (driver != null) {
            driver.sweep(allocation -> false);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"crun", "fly"})
    void a_task_that_opens_its_output_anew_wipes_nothing_whoever_it_runs_as(String flavor) throws Exception {
        String script = "echo one; echo two > /dev/stdout; echo three >> /dev/stdout;"
                + " for i in 1 2 3; do echo loop$i > /proc/self/fd/1; done; echo err > /dev/stderr; echo end";

        exitOf(start(flavor, task("root", script)));
        exitOf(start(flavor, task("nobody", script).setUser("65534")));

        for (String task : List.of("root", "nobody")) {
            assertThat(fixture.directory(task).stdout()).hasContent("one\ntwo\nthree\nloop1\nloop2\nloop3\nend");
            assertThat(fixture.directory(task).stderr()).hasContent("err");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"crun", "fly"})
    void the_tasks_of_an_allocation_read_its_logs_and_write_none(String flavor) throws Exception {
        exitOf(start(flavor, task("first", "echo from the first")));

        RunningTask second = start(
                flavor,
                task(
                        "second",
                        "cat /alloc/logs/first.stdout.0; echo x >> /alloc/logs/first.stdout.0; echo x > /alloc/logs/x;"
                                + " rm /alloc/logs/first.stdout.0; mv /alloc/logs /alloc/moved; rmdir /alloc/logs;"
                                + " echo kept > /alloc/data/x; cat /again/logs/first.stdout.0; mv /again/logs /again/moved;"
                                + " ls /alloc",
                        "../alloc:/again"));

        assertThat(exitOf(second).exitCode()).hasValue(0);
        assertThat(fixture.directory("second").stdout())
                .content()
                .startsWith("from the first\n")
                .endsWith("data\nlogs\n");
        assertThat(fixture.directory("second").stderr()).content().contains("Read-only file system", "busy");
        assertThat(fixture.directory("first").stdout()).hasContent("from the first");
        assertThat(fixture.directory("first").shared().resolve("data/x")).hasContent("kept");
    }

    @ParameterizedTest
    @ValueSource(strings = {"crun", "fly"})
    void exchanging_the_logs_for_a_link_while_siblings_restart_writes_nowhere_else(String flavor) throws Exception {
        Path outside = Files.createDirectory(root.resolve("outside"));
        Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rwxrwxrwx"));
        TaskDirectory attacker = fixture.directory("attacker");
        RunningTask attack = start(
                flavor,
                task(
                        "attacker",
                        "echo ready; while :; do mv /alloc/logs /alloc/old; ln -s " + outside
                                + " /alloc/logs; mv -T /alloc/link /alloc/logs; ln -s " + outside
                                + " /alloc/link; done 2> /dev/null"));
        await().until(() -> Files.exists(attacker.stdout()) && Files.size(attacker.stdout()) > 0);

        for (int i = 0; i < 5; i++) {
            RunningTask sibling = start(flavor, task("sibling", "echo run; cat /alloc/logs/sibling.stdout.0"));
            exitOf(sibling);
            sibling.remove();
        }
        attack.stop(TaskStop.within(Duration.ZERO));
        exitOf(attack);

        assertThat(outside).isEmptyDirectory();
        assertThat(attacker.shared().resolve("logs")).isDirectory();
        assertThat(Files.isSymbolicLink(attacker.shared().resolve("logs"))).isFalse();
        assertThat(fixture.directory("sibling").stdout()).content().contains("run\nrun\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"crun", "fly"})
    void exchanging_a_siblings_volume_for_a_link_while_it_starts_mounts_nothing_else(String flavor) throws Exception {
        Path outside = Files.createDirectory(root.resolve("outside"));
        TaskDirectory attacker = fixture.directory("attacker");
        RunningTask attack = start(
                flavor,
                task(
                        "attacker",
                        "cd /alloc/data; mkdir sub; ln -s " + outside + " link; echo ready; while :; do mv -T sub old;"
                                + " mv -T link sub; mv -T sub link; mv -T old sub; done 2> /dev/null"));
        await().until(() -> Files.exists(attacker.stdout()) && Files.size(attacker.stdout()) > 0);

        for (int i = 0; i < 8; i++) {
            try {
                RunningTask sibling = start(flavor, task("sibling", "echo x > /sub/x", "../alloc/data/sub:/sub"));
                exitOf(sibling);
                sibling.remove();
            } catch (TaskStartException e) {
                // The link was seen.
            }
        }
        attack.stop(TaskStop.within(Duration.ZERO));
        exitOf(attack);

        assertThat(outside).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"crun", "fly"})
    void exchanging_the_place_of_a_siblings_volume_for_a_link_while_it_starts_makes_nothing_elsewhere(String flavor)
            throws Exception {
        Path outside = Files.createDirectory(root.resolve("outside"));
        TaskDirectory attacker = fixture.directory("attacker");
        RunningTask attack = start(
                flavor,
                task(
                        "attacker",
                        "cd /alloc/data; mkdir sub; ln -s " + outside + " link; echo ready; while :; do mv -T sub old;"
                                + " mv -T link sub; mv -T sub link; rm -rf old/*; mv -T old sub; done 2> /dev/null"));
        await().until(() -> Files.exists(attacker.stdout()) && Files.size(attacker.stdout()) > 0);

        for (int i = 0; i < 8; i++) {
            RunningTask sibling = start(flavor, task("sibling", "echo x", "local/own:/alloc/data/sub/made/deep"));
            exitOf(sibling);
            sibling.remove();
        }
        attack.stop(TaskStop.within(Duration.ZERO));
        exitOf(attack);

        assertThat(outside).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"crun", "fly"})
    void volumes_in_volumes_are_mounted_where_they_are_asked_for(String flavor) throws Exception {
        TaskDirectory directory = fixture.directory("web");
        Files.writeString(
                Files.createDirectory(directory.local().resolve("conf")).resolve("file"), "from conf\n");
        Files.writeString(directory.local().resolve("one"), "from one\n");

        RunningTask task = start(
                flavor,
                task(
                        "web",
                        "cat /alloc/data/a/b/file /alloc/data/single; echo more >> /alloc/data/a/b/file;"
                                + " echo more >> /alloc/data/single",
                        "local/conf:/alloc/data/a/b",
                        "local/one:/alloc/data/single:readOnly"));

        assertThat(exitOf(task).isSuccess()).isFalse();
        assertThat(directory.stdout()).hasContent("from conf\nfrom one");
        assertThat(directory.stderr()).content().contains("Read-only file system");
        assertThat(directory.local().resolve("conf/file")).hasContent("from conf\nmore");
        assertThat(directory.local().resolve("one")).hasContent("from one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"crun", "fly"})
    void a_task_that_writes_as_fast_as_it_can_fills_its_files_and_no_more(String flavor) throws Exception {
        RunningTask task = start(
                flavor,
                task("loud", "yes | head -n 5000000; echo newest")
                        .setLogs(LogConfig.newBuilder().setMaxFiles(3).setMaxFileSizeMib(1)));

        assertThat(exitOf(task).exitCode()).hasValue(0);
        Path logs = fixture.directory("loud").logs();
        assertThat(logs.resolve("loud.stdout.7")).hasSize(1 << 20);
        assertThat(logs.resolve("loud.stdout.9")).content().endsWith("\ny\nnewest\n");
        assertThat(logs).isDirectoryNotContaining("glob:**/loud.stdout.[0-6]");
    }

    @Test
    void a_task_at_its_memory_limit_is_said_to_be_killed_for_it() throws Exception {
        assumeTrue(
                new ProcessBuilder("dmesg")
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        == 0,
                "The kernel's log can't be read here");
        RunningTask task = start("crun", task("greedy", "exec sort /dev/zero"));
        RunningTask killed = start("crun", task("killed", "kill -KILL $$; sleep 60"));

        assertThat(exitOf(task).message()).isEqualTo("Exit code 137: OOM Killed: the task was at its memory limit");
        assertThat(exitOf(killed).message()).isEqualTo("Exit code 137: ended by SIGKILL");
    }

    private RunningTask start(String flavor, Task.Builder task) throws Exception {
        driver = new RktDriver(
                RealPods.executable(root, flavor),
                Restrictions.NONE,
                DriverFixture.LIMITS,
                fixture.allocations,
                RktGarbageSettings.DEFAULT,
                InstantSource.system());
        return driver.start(fixture.request(task, Map.of()));
    }

    private Task.Builder task(String name, String script, String... volumes) throws Exception {
        StringBuilder all = new StringBuilder(RealPods.systemDirectories());
        for (String volume : volumes) {
            all.append(", \"").append(volume).append('"');
        }
        return Task.newBuilder()
                .setName(name)
                .setResources(Resources.newBuilder().setCpu(100).setMemoryMib(64))
                .setConfig(DriverFixture.struct("""
                        {"image": "%s", "command": "/bin/sh", "args": ["-c", "%s"], "volumes": [%s], "net": ["host"]}
                        """.formatted(RealPods.emptyImage(root), script, all)));
    }

    private static TaskExit exitOf(RunningTask task) throws Exception {
        return task.exit().get(60, TimeUnit.SECONDS);
    }
}
