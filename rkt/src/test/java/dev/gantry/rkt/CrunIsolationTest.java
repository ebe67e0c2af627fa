package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The isolation of a pod of the crun flavour from the host and from other pods, as seen from inside. */
class CrunIsolationTest extends RktTest {

    /** rkt's default set: see capability.h for the bits. */
    private static final long DEFAULT_CAPABILITIES = 0xa80425fbL;

    private static final long CAP_KILL = 1L << 5;

    @BeforeAll
    static void has_crun() {
        require_crun();
    }

    @Override
    protected String flavor() {
        return "crun";
    }

    @Test
    void a_pod_sees_no_process_of_the_host() {
        Rkt.Result result = rkt.run(image.toString(), "--", "-c", "ls -d /proc/[0-9]*; ls /proc/1; echo $$");

        assertThat(result.out().lines().filter(line -> line.startsWith("/proc/")))
                .as("process 1, the child that it waits for, and the shell")
                .hasSize(3)
                .contains("/proc/1");
        assertThat(result.out().lines()).as("nothing is told of process 1").hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mnt", "pid", "ipc", "uts", "cgroup"})
    void a_pod_has_a_namespace_of_its_own(String namespace) throws IOException {
        Path path = Path.of("/proc/self/ns", namespace);

        Rkt.Result result = rkt.run(image.toString(), "--", "-c", "ls -l " + path);

        assertThat(result.succeeded().out())
                .contains(namespace + ":[")
                .doesNotContain(Files.readSymbolicLink(path).toString());
    }

    @Test
    void a_process_over_its_memory_limit_is_killed_and_the_pod_says_so() {
        String uuid = rkt.prepare(image.toString(), "--memory=16M", "--exec=/bin/sort", "--", "/dev/zero");
        Rkt.Result result = rkt.call("run-prepared", uuid);

        assertThat(result.exitCode()).isEqualTo(137);
        assertThat(rkt.call("status", "--format=json", uuid).out()).contains("\"oom_killed\":true");
        assertThat(result.err())
                .contains("run: app \"shell\" is out of memory: the kernel killed processes of it at the limit of 16M");
    }

    @Test
    void busy_pods_get_cpu_time_as_they_asked() throws Exception {
        List<Long> ticks = busyTicks("200m", "800m");

        assertThat((double) ticks.get(1) / ticks.get(0)).isBetween(3.2, 4.8);
    }

    @ParameterizedTest
    @CsvSource({
        "--oom-score-adj=0, 0xa80425fb",
        "--caps-retain=CAP_KILL, 0x20",
        "'--caps-remove=CAP_KILL,CAP_CHOWN', 0xa80425da",
    })
    void an_app_has_the_capabilities_that_it_is_left(String flag, String expected) {
        Rkt.Result result = rkt.run(image.toString(), flag, "--exec=/bin/cat", "--", "/proc/self/status");

        for (String set : List.of("CapBnd", "CapEff", "CapPrm")) {
            assertThat(field(result.out(), set)).as(set).isEqualTo("%016x".formatted(Long.decode(expected)));
        }
    }

    @Test
    void a_user_has_capabilities_only_if_they_are_asked_for() {
        assertThat(field(statusOf("--user=5"), "CapEff")).isEqualTo("%016x".formatted(0));
        assertThat(field(statusOf("--user=5", "--caps-retain=CAP_KILL"), "CapEff"))
                .isEqualTo("%016x".formatted(CAP_KILL));
    }

    @ParameterizedTest
    @CsvSource({
        "'--seccomp=mode=remove,errno=EPERM,mkdir,mkdirat', Operation not permitted",
        "'--seccomp=mode=remove,errno=ENOSYS,mkdir,mkdirat', Function not implemented",
        "'--seccomp=mode=remove,errno=EDQUOT,mkdir,mkdirat', Disk quota exceeded",
    })
    void a_system_call_that_is_removed_fails(String flag, String error) {
        Rkt.Result result = rkt.run(image.toString(), flag, "--exec=/bin/mkdir", "--", "/x");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains(error);
    }

    @Test
    void a_system_call_that_is_removed_kills_if_no_error_is_named() {
        Rkt.Result result =
                rkt.run(image.toString(), "--seccomp=mode=remove,mkdir,mkdirat", "--exec=/bin/mkdir", "--", "/x");

        assertThat(result.exitCode()).isEqualTo(128 + 31);
    }

    @Test
    void only_system_calls_that_are_retained_succeed() {
        Rkt.Result result =
                rkt.run(image.toString(), "--seccomp=mode=retain,errno=EPERM,read,write", "--exec=/bin/true");

        assertThat(result.exitCode()).as("no program starts without mmap").isNotZero();
        rkt.run(image.toString(), "--seccomp=mode=retain,@appc.io/all", "--exec=/bin/true")
                .succeeded();
        rkt.run(image.toString(), "--seccomp=mode=retain,@rkt/default-whitelist", "--exec=/bin/true")
                .succeeded();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--seccomp=mode=retain,@systemd/clock",
                "--seccomp=mode=remove,errno=EWHAT,mkdir",
                "--seccomp=mode=remove,errno=EPERM,mkdri",
                "--seccomp=mode=retain,mkdri",
                "--caps-retain=CAP_FLY",
            })
    void what_cannot_be_restricted_is_refused(String flag) {
        Rkt.Result result = rkt.call("--insecure-options=image", "prepare", image.toString(), flag);

        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.err()).startsWith("prepare: error setting up stage0: ");
    }

    @Test
    void protections_are_off_when_that_is_asked_for() {
        String uuid = rkt.call(
                        "--insecure-options=image,capabilities,seccomp,paths",
                        "prepare",
                        image.toString(),
                        "--exec=/bin/cat",
                        "--",
                        "/proc/self/status")
                .succeeded()
                .out()
                .strip();

        Rkt.Result result = rkt.call("run-prepared", uuid);

        assertThat(field(result.out(), "Seccomp")).isEqualTo("0");
        assertThat(Long.parseUnsignedLong(field(result.out(), "CapEff"), 16) & ~DEFAULT_CAPABILITIES)
                .isNotZero();
    }

    /** rkt's own path for it. Protections that were removed at preparation need not be removed again. */
    @ParameterizedTest
    @CsvSource({
        "capabilities, CapEff, 00000000a80425fb",
        "seccomp, Seccomp, 2",
    })
    void run_prepared_takes_the_protection_off_that_it_is_told_to(String option, String field, String confined) {
        String kept = prepareToPrintStatus();
        String relaxed = prepareToPrintStatus();

        assertThat(field(rkt.call("run-prepared", kept).succeeded().out(), field))
                .isEqualTo(confined);
        assertThat(field(
                        rkt.call("--insecure-options=" + option, "run-prepared", relaxed)
                                .succeeded()
                                .out(),
                        field))
                .isNotEqualTo(confined);
    }

    @Test
    void run_prepared_takes_the_protection_off_paths_for_who_enters_too() {
        String script = "echo ready; exec sleep 600";
        String uuid = rkt.prepare(image.toString(), "--", "-c", script);

        rkt.runUntilReady(uuid, "--insecure-options=all-run");

        assertThat(rkt.run(image.toString(), "--exec=/bin/cat", "--", "/proc/self/mountinfo")
                        .out())
                .contains(" /proc/sys ");
        assertThat(enter(uuid, "/bin/cat", "/proc/self/mountinfo")).doesNotContain(" /proc/sys ");
        assertThat(Long.parseUnsignedLong(field(enter(uuid, "/bin/cat", "/proc/self/status"), "CapEff"), 16)
                        & ~DEFAULT_CAPABILITIES)
                .isNotZero();
    }

    private String prepareToPrintStatus() {
        return rkt.prepare(image.toString(), "--exec=/bin/cat", "--", "/proc/self/status");
    }

    private String enter(String uuid, String... command) {
        List<String> words = new ArrayList<>(List.of("enter", uuid));
        words.addAll(List.of(command));
        return rkt.call(words.toArray(String[]::new)).succeeded().out();
    }

    private String statusOf(String... flags) {
        List<String> call = new ArrayList<>(List.of(image.toString()));
        call.addAll(List.of(flags));
        call.addAll(List.of("--exec=/bin/cat", "--", "/proc/self/status"));
        return rkt.run(call.toArray(String[]::new)).succeeded().out();
    }

    private static String field(String status, String name) {
        return status.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElseThrow();
    }

    /** Runs pods at once on one CPU until the first has had half a second; returns the CPU time of each. */
    private List<Long> busyTicks(String... cpus) throws Exception {
        List<String> uuids = new ArrayList<>();
        for (String cpu : cpus) {
            String uuid = rkt.prepare(image.toString(), "--cpu=" + cpu, "--", "-c", "echo ready; while :; do :; done");
            uuids.add(uuid);
        }
        for (String uuid : uuids) {
            rkt.runUntilReady(uuid);
            assertThat(new ProcessBuilder("taskset", "--all-tasks", "--cpu-list", "--pid", "0", appOf(uuid))
                            .redirectErrorStream(true)
                            .start()
                            .waitFor(10, TimeUnit.SECONDS))
                    .isTrue();
        }
        long[] before = {nanoseconds(uuids.get(0)), nanoseconds(uuids.get(1))};
        await().atMost(Duration.ofSeconds(60)).until(() -> nanoseconds(uuids.get(0)) - before[0] > 500_000_000);
        return List.of(nanoseconds(uuids.get(0)) - before[0], nanoseconds(uuids.get(1)) - before[1]);
    }

    private String appOf(String uuid) throws IOException {
        return Files.readString(rkt.data().resolve("pods/run").resolve(uuid).resolve("app/shell/pid"))
                .strip();
    }

    private static long nanoseconds(String uuid) throws IOException {
        Path first = Path.of("/sys/fs/cgroup/cpuacct/rkt-" + uuid, "cpuacct.usage");
        if (Files.exists(first)) {
            return Long.parseLong(Files.readString(first).strip());
        }
        Path second = Path.of("/sys/fs/cgroup/rkt-" + uuid, "cpu.stat");
        return TimeUnit.MICROSECONDS.toNanos(Files.readAllLines(second).stream()
                .filter(line -> line.startsWith("usage_usec "))
                .mapToLong(line -> Long.parseLong(line.substring("usage_usec ".length())))
                .findFirst()
                .orElseThrow());
    }
}
