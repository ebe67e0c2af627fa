package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pods of several apps, which only the crun flavour runs. The shell that runs the apps may be any {@code /bin/sh}. */
@Timeout(120)
class CrunAppsTest extends RktTest {

    private static final String FOREVER = "while :; do sleep 0.1; done";

    @BeforeAll
    static void has_crun() {
        require_crun();
    }

    @Override
    protected String flavor() {
        return "crun";
    }

    @Test
    void apps_share_what_is_the_pod_s_and_have_roots_and_limits_of_their_own() throws IOException {
        String name = "for n in net ipc uts pid mnt cgroup; do ls -l /proc/self/ns/$n; done";
        String uuid = rkt.prepare(
                "--volume=data,kind=empty",
                "--mount=volume=data,target=/data",
                image.toString(),
                "--name=a",
                "--memory=64M",
                "--",
                "-c",
                "echo $AC_APP_NAME > /own; echo memory > /dev/shm/seen; " + name + " > /data/a; touch /data/ready; "
                        + FOREVER,
                "---",
                image.toString(),
                "--name=b",
                "--memory=32M",
                "--",
                "-c",
                "while [ ! -e /data/ready ]; do sleep 0.1; done; echo $AC_APP_NAME; cat /dev/shm/seen; ls /own; " + name
                        + " > /data/b; echo done; " + FOREVER);

        Rkt.Running running = rkt.runUntilReady(uuid, "--net=none");
        await().until(() -> running.out().contains("done\n"));

        assertThat(running.out()).isEqualTo("b\nmemory\ndone\n");
        assertThat(running.err()).contains("/own").doesNotContain("rkt");
        Path data = rkt.data().resolve("pods/run/%s/volumes/data".formatted(uuid));
        assertThat(namespaces(data.resolve("b")).subList(0, 4))
                .isEqualTo(namespaces(data.resolve("a")).subList(0, 4));
        assertThat(namespaces(data.resolve("b")))
                .doesNotContainAnyElementsOf(namespaces(data.resolve("a")).subList(4, 6));
        assertThat(limitOf(uuid, "a")).isEqualTo(64_000_000L / 4096 * 4096);
        assertThat(limitOf(uuid, "b")).isEqualTo(32_000_000L / 4096 * 4096);

        assertThat(rkt.call("enter", "--app=a", uuid, "/bin/cat", "/own")
                        .succeeded()
                        .out())
                .isEqualTo("a\n");
        assertThat(rkt.call("enter", "--app=b", uuid, "/bin/sh", "-c", "echo $AC_APP_NAME; ls /proc/1 /proc/[0-9]*/fd")
                        .out())
                .startsWith("b\n");
        Rkt.Result ambiguous = rkt.call("enter", uuid, "/bin/true");
        assertThat(ambiguous.exitCode()).isEqualTo(254);
        assertThat(ambiguous.err()).startsWith("enter: pod contains multiple apps:\n\ta\n\tb\n");
        rkt.call("stop", "--force", uuid).succeeded();
        assertNothingIsLeftOf(uuid);
    }

    private static List<String> namespaces(Path listing) throws IOException {
        return Files.readAllLines(listing).stream()
                .map(line -> line.substring(line.lastIndexOf(' ')))
                .toList();
    }

    /** Returns the memory limit of an app, in either version of control groups. */
    private static long limitOf(String uuid, String app) throws IOException {
        String group = "rkt-%s/app-%s".formatted(uuid, app);
        Path first = Path.of("/sys/fs/cgroup/memory", group, "memory.limit_in_bytes");
        Path file = Files.exists(first) ? first : Path.of("/sys/fs/cgroup", group, "memory.max");
        return Long.parseLong(Files.readString(file).strip());
    }

    @Test
    void an_app_that_ends_well_leaves_the_others_alone() {
        String uuid = prepare("echo a; (sleep 600 &); exit 0", "while [ ! -e /go ]; do sleep 0.1; done; exit 0");
        Rkt.Running running = rkt.runUntilReady(uuid);

        await().untilAsserted(() ->
                assertThat(app(uuid, 0).get("state").getAsString()).isEqualTo("exited"));
        JsonObject a = app(uuid, 0);
        assertThat(a.get("exit_code").getAsInt()).isZero();
        assertThat(a.get("finished_at").getAsLong())
                .isGreaterThan(a.get("started_at").getAsLong());
        assertThat(app(uuid, 1).get("state").getAsString()).isEqualTo("running");
        assertThat(app(uuid, 1).has("exit_code")).isFalse();
        assertThat(rkt.call("enter", "--app=a", uuid, "/bin/true").err())
                .isEqualTo("enter: enter failed: app \"a\" has exited\n");
        assertThat(rkt.call("enter", "--app=b", uuid, "/bin/sh", "-c", "cat /proc/[0-9]*/cmdline")
                        .out())
                .as("processes of the pod: what the first app left behind has ended with it")
                .doesNotContain("600");
        rkt.call("enter", "--app=b", uuid, "/bin/touch", "/go").succeeded();

        assertThat(rkt.finish(running)).isEqualTo(new Rkt.Result(0, "a\n", ""));
        assertThat(rkt.call("status", uuid).out()).endsWith("exited=true\napp-a=0\napp-b=0\n");
        assertNothingIsLeftOf(uuid);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "bash", "busybox"})
    void when_an_app_fails_the_others_are_stopped_and_the_pod_has_its_exit_code(String shell) {
        useShell(shell);
        String uuid = prepare(
                "while [ ! -e /dev/shm/ready ]; do sleep 0.1; done; exit 3",
                "trap 'echo stopped; exit 0' TERM; touch /dev/shm/ready; " + FOREVER);

        Rkt.Result result = rkt.call("run-prepared", uuid);

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.out()).isEqualTo("stopped\n");
        assertThat(rkt.call("status", uuid).out()).endsWith("exited=true\napp-a=3\napp-b=0\n");
        assertNothingIsLeftOf(uuid);
    }

    @Test
    void an_app_that_does_not_stop_when_another_one_fails_is_killed() {
        String uuid = prepare(
                "while [ ! -e /dev/shm/ready ]; do sleep 0.1; done; kill -KILL $$",
                "trap '' TERM; touch /dev/shm/ready; " + FOREVER);

        Rkt.Result result = rkt.finish(rkt.start(Map.of("RKT_APP_GRACE", "1"), "run-prepared", uuid));

        assertThat(result.exitCode()).isEqualTo(137);
        assertThat(rkt.call("status", uuid).out()).endsWith("app-a=137\napp-b=137\n");
        assertNothingIsLeftOf(uuid);
    }

    @Test
    void stop_asks_each_app_once_and_gives_it_its_time() {
        String uuid = prepare(
                "echo ready; exec sleep 600",
                "trap 'n=$((n + 1))' TERM; touch /dev/shm/ready; while [ -z \"$n\" ]; do sleep 0.1; done;"
                        + " sleep 1.5; echo asked $n; exit 0");
        Rkt.Running running = rkt.start(Map.of("RKT_APP_GRACE", "1"), "run-prepared", uuid);
        await().until(() -> running.out().contains("ready"));
        await().until(() ->
                rkt.call("enter", "--app=a", uuid, "/bin/ls", "/dev/shm/ready").exitCode() == 0);

        rkt.call("stop", uuid).succeeded();

        Rkt.Result result = rkt.finish(running);
        assertThat(result.exitCode()).isEqualTo(143);
        assertThat(result.out()).isEqualTo("ready\nasked 1\n");
        assertNothingIsLeftOf(uuid);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "bash", "busybox"})
    void a_signal_to_the_pod_s_process_reaches_all_apps_also_if_the_caller_ignored_it(String shell) {
        useShell(shell, "trap '' INT QUIT; ");
        String handler = "trap 'echo interrupted; exit 0' INT; echo ready; " + FOREVER;
        String uuid = prepare(handler, handler);
        Rkt.Running running = rkt.start(Map.of(), "run-prepared", uuid);
        await().until(() -> running.out().equals("ready\nready\n"));

        signal("INT", running.process().pid());

        assertThat(rkt.finish(running).out()).isEqualTo("ready\nready\ninterrupted\ninterrupted\n");
        assertNothingIsLeftOf(uuid);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pod", "process 1", "crun", "stopped crun", "helpers"})
    void nothing_is_left_of_a_pod_of_which_a_process_is_killed(String victim) {
        String uuid = prepare("echo ready; (trap '' TERM; sleep 600 &); exec sleep 600", "echo ready; exec sleep 600");
        Rkt.Running running = rkt.start(Map.of(), "run-prepared", uuid);
        await().until(() -> running.out().equals("ready\nready\n"));
        long pod = running.process().pid();

        switch (victim) {
            case "pod" -> running.process().destroyForcibly();
            case "process 1" -> signal("KILL", Long.parseLong(firstWordOf(uuid, "init")));
            case "crun" -> signal("KILL", childOf(pod, "--pid-file=pid " + uuid + "-b"));
            case "stopped crun" -> {
                signal("STOP", childOf(pod, "--pid-file=pid " + uuid + "-b"));
                rkt.call("stop", "--force", uuid).succeeded();
            }
            default -> {
                // Kill the shells that watch crun. Then the end of an app is not noticed, but stop ends the pod.
                ProcessHandle.of(pod)
                        .orElseThrow()
                        .children()
                        .filter(child -> !commandLine(child.pid()).contains("crun --root"))
                        .forEach(ProcessHandle::destroyForcibly);
                rkt.call("stop", "--force", uuid).succeeded();
            }
        }

        Rkt.Result result = rkt.finish(running);
        assertThat(result.exitCode()).isEqualTo(137);
        await().untilAsserted(() -> assertThat(processesOf(uuid)).isEmpty());
        assertThat(rkt.call("status", uuid).out()).startsWith("state=exited\n");
        rkt.call("rm", uuid).succeeded();
        assertNothingIsLeftOf(uuid);
    }

    @Test
    void a_pod_of_several_apps_is_not_interactive() {
        String uuid = prepare("true", "true");

        assertThat(rkt.call("run-prepared", "--interactive", uuid).err())
                .isEqualTo("run-prepared: interactive option only supports pods with one app\n");
    }

    private String prepare(String first, String second) {
        return rkt.prepare(
                image.toString(),
                "--name=a",
                "--",
                "-c",
                first,
                "---",
                image.toString(),
                "--name=b",
                "--",
                "-c",
                second);
    }

    private JsonObject app(String uuid, int index) {
        return JsonParser.parseString(
                        rkt.call("status", "--format=json", uuid).succeeded().out())
                .getAsJsonObject()
                .getAsJsonArray("apps")
                .get(index)
                .getAsJsonObject();
    }

    private String firstWordOf(String uuid, String file) {
        try {
            return Files.readString(rkt.data().resolve("pods/run").resolve(uuid).resolve(file))
                    .split(" ", 2)[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long childOf(long parent, String words) {
        return ProcessHandle.of(parent)
                .orElseThrow()
                .children()
                .map(ProcessHandle::pid)
                .filter(pid -> commandLine(pid).contains(words))
                .findFirst()
                .orElseThrow();
    }

    private static void signal(String name, long pid) {
        try {
            assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                            .start()
                            .waitFor())
                    .isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"))
                    .replace('\0', ' ');
        } catch (IOException e) {
            return "";
        }
    }

    private void assertNothingIsLeftOf(String uuid) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(processesOf(uuid)).isEmpty());
        try (Stream<Path> groups =
                Files.find(Path.of("/sys/fs/cgroup"), 2, (path, attributes) -> path.endsWith("rkt-" + uuid))) {
            assertThat(groups).isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Processes in a mount namespace of the pod, or that name it. */
    private static List<Long> processesOf(String uuid) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> {
                    try {
                        return Files.readString(Path.of("/proc", pid.toString(), "mountinfo"))
                                        .contains(uuid)
                                || commandLine(pid).contains(uuid);
                    } catch (IOException e) {
                        return false;
                    }
                })
                .toList();
    }
}
