package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Process 1 of a pod of the crun flavour inherits the processes whose parents have ended. It is a shell of the host, so
 * each test runs with each shell that may be the host's {@code /bin/sh}.
 */
@Timeout(120)
class CrunOrphanTest extends RktTest {

    @BeforeAll
    static void has_crun() {
        require_crun();
    }

    @Override
    protected String flavor() {
        return "crun";
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "bash", "busybox"})
    void an_orphan_that_ends_leaves_the_pod_alone(String shell) {
        useShell(shell);

        Rkt.Result result = run("(sleep 0.2 &); sleep 1; echo still here");

        assertThat(result).isEqualTo(new Rkt.Result(0, "still here\n", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "bash", "busybox"})
    void a_daemon_that_forks_twice_leaves_the_pod_alone(String shell) {
        useShell(shell);

        Rkt.Result result = run("((sleep 0.3; echo daemon) &) & sleep 0.1; sleep 1; echo main");

        assertThat(result).isEqualTo(new Rkt.Result(0, "daemon\nmain\n", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "bash", "busybox"})
    void ten_thousand_orphans_are_reaped(String shell) {
        useShell(shell);
        // The loop goes on while a zombie is left: /proc/PID/stat of a zombie has a Z behind the name.
        String uuid = rkt.prepare(image.toString(), "--", "-c", """
                n=0; while [ $n -lt 10000 ]; do (: &); n=$((n + 1)); done
                left=1; tries=0
                while [ $left -gt 0 ] && [ $tries -lt 200 ]; do
                  left=0; tries=$((tries + 1))
                  for stat in /proc/[0-9]*/stat; do
                    { read -r line < $stat; } 2> /dev/null || continue
                    case $line in *') Z '*) left=$((left + 1)) ;; esac
                  done
                  sleep 0.05
                done
                echo zombies $left""");

        assertThat(rkt.call("run-prepared", "--net=host", uuid)).isEqualTo(new Rkt.Result(0, "zombies 0\n", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "bash", "busybox"})
    void an_app_that_signals_all_other_processes_does_not_end_its_own_pod(String shell) {
        useShell(shell);

        Rkt.Result result = run("kill -KILL -1; sleep 0.3; kill -TERM -1; sleep 0.3; echo still here");

        // The shell of the app reports it if it finds no process to signal.
        assertThat(result.out()).isEqualTo("still here\n");
        assertThat(result.exitCode()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "bash", "busybox"})
    void a_command_that_enters_the_pod_may_leave_orphans(String shell) {
        useShell(shell);
        String uuid = rkt.prepare(image.toString(), "--", "-c", "echo ready; sleep 2; echo still here");
        Rkt.Running running = rkt.runUntilReady(uuid, "--net=host");

        rkt.call("enter", uuid, "/bin/sh", "-c", "(sleep 0.1 &)").succeeded();

        assertThat(rkt.finish(running)).isEqualTo(new Rkt.Result(0, "ready\nstill here\n", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "bash", "busybox"})
    void a_stopped_app_ends_by_its_own_handler_although_a_daemon_of_its_ends_first(String shell) {
        useShell(shell);
        String uuid = rkt.prepare(
                image.toString(),
                "--",
                "-c",
                "(sleep 600 &); trap 'n=0; while [ $n -lt 10 ]; do sleep 0.1; n=$((n + 1)); done; echo bye; exit 0' TERM;"
                        + " echo ready; while :; do sleep 0.1; done");
        Rkt.Running running = rkt.runUntilReady(uuid, "--net=host");

        rkt.call("stop", uuid).succeeded();

        // The shell of the app reports on standard error that its sleep was terminated, too.
        Rkt.Result result = rkt.finish(running);
        assertThat(result.out()).isEqualTo("ready\nbye\n");
        assertThat(result.exitCode()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "bash", "busybox"})
    void nothing_of_the_pod_is_left_when_crun_is_killed_while_its_processes_are_stopped(String shell) {
        useShell(shell);
        String uuid = rkt.prepare(image.toString(), "--", "-c", "(sleep 600 &); echo ready; kill -STOP -1; sleep 600");
        Rkt.Running running = rkt.runUntilReady(uuid, "--net=host");

        running.process().destroyForcibly();
        rkt.call("rm", uuid).succeeded();

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(processesThatName(uuid)).isEmpty());
    }

    private Rkt.Result run(String script) {
        return rkt.call("run-prepared", "--net=host", rkt.prepare(image.toString(), "--", "-c", script));
    }

    /** Processes outside of this test that have the pod's id in their command line. */
    private static List<String> processesThatName(String uuid) {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes
                    .filter(process -> process.getFileName().toString().matches("[0-9]+"))
                    .map(CrunOrphanTest::commandLine)
                    .filter(line -> line.contains(uuid))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String commandLine(Path process) {
        try {
            return Files.readString(process.resolve("cmdline"));
        } catch (IOException e) {
            // It has ended meanwhile.
            return "";
        }
    }
}
