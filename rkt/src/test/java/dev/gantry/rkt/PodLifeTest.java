package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A pod from prepare to rm. */
class PodLifeTest extends RktTest {

    protected static final String SLEEP = "echo ready; exec sleep 600";

    @Test
    void prepare_prints_the_uuid_and_nothing_else() {
        Rkt.Result result = rkt.call("--insecure-options=image", "prepare", image.toString());

        assertThat(result.out()).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void only_root_may_look_into_images_and_pods() throws IOException {
        rkt.prepare(image.toString());

        for (String name : List.of("cas", "pods")) {
            assertThat(Files.getPosixFilePermissions(rkt.data().resolve(name)))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void the_exit_code_of_run_prepared_is_the_apps() {
        Rkt.Result result = rkt.run(image.toString(), "--", "-c", "echo out; echo err >&2; exit 7");

        assertThat(result).isEqualTo(new Rkt.Result(7, "out\n", "err\n"));
    }

    @Test
    void status_tells_where_a_pod_is_in_its_life() {
        String uuid = rkt.prepare(
                "--volume=v1,kind=host,source=/tmp,readOnly=true",
                "--mount=volume=v1,target=/mnt",
                image.toString(),
                "--",
                "-c",
                SLEEP);

        JsonObject prepared = status(uuid);
        assertThat(prepared.get("state").getAsString()).isEqualTo("prepared");
        assertThat(prepared.has("started_at")).isFalse();
        assertThat(app(prepared).get("state").getAsString()).isEqualTo("created");

        Rkt.Running running = rkt.runUntilReady(uuid);
        JsonObject runs = status(uuid);
        assertThat(runs.keySet()).containsExactly("name", "state", "app_names", "apps", "created_at", "started_at");
        assertThat(runs.get("name").getAsString()).isEqualTo(uuid);
        assertThat(runs.get("state").getAsString()).isEqualTo("running");
        assertThat(runs.get("app_names")).hasToString("[\"shell\"]");
        assertThat(app(runs).keySet())
                .containsExactly("name", "state", "created_at", "started_at", "image_id", "mounts");
        assertThat(app(runs).get("mounts"))
                .hasToString(
                        "[{\"name\":\"v1\",\"container_path\":\"/mnt\",\"host_path\":\"/tmp\",\"read_only\":true}]");
        assertThat(app(runs).get("started_at").getAsLong() / 1_000_000_000)
                .isEqualTo(runs.get("started_at").getAsLong())
                .isBetween(Instant.now().getEpochSecond() - 60, Instant.now().getEpochSecond());
        assertThat(rkt.call("status", uuid.substring(0, 8)).out())
                .matches(
                        "state=running\ncreated=\\d{4}-\\S+ \\S+ [+-]\\d{4} \\S+\nstarted=.*\nnetworks=\npid=%d\nexited=false\n"
                                .formatted(running.process().pid()));

        rkt.call("stop", uuid).succeeded();
        rkt.finish(running);
        assertThat(status(uuid).get("state").getAsString()).isEqualTo("exited");
        assertThat(rkt.call("status", uuid).out()).startsWith("state=exited\n").endsWith("exited=true\n");
    }

    @Test
    void a_stopped_app_gets_sigterm() {
        String uuid = rkt.prepare(image.toString(), "--", "-c", SLEEP);
        Rkt.Running running = rkt.runUntilReady(uuid);

        assertThat(rkt.call("stop", uuid)).isEqualTo(new Rkt.Result(0, "\"%s\"\n".formatted(uuid), ""));

        assertThat(rkt.finish(running).exitCode()).isEqualTo(143);
        assertThat(rkt.call("stop", uuid).out()).isEqualTo("pod \"%s\" is already stopped\n".formatted(uuid));
    }

    @Test
    void a_forced_stop_kills_what_will_not_end_and_all_that_it_started() {
        String uuid = rkt.prepare(
                image.toString(),
                "--",
                "-c",
                "trap '' TERM; (sleep 601 & sleep 602) & echo ready; while :; do sleep 603; done");
        Rkt.Running running = rkt.runUntilReady(uuid);

        rkt.call("stop", uuid).succeeded();
        assertThat(status(uuid).get("state").getAsString()).isEqualTo("running");
        rkt.call("stop", "--force", uuid).succeeded();

        assertThat(rkt.finish(running).exitCode()).isEqualTo(137);
        assertThat(processesOf(uuid)).isEmpty();
    }

    /** The kernel generates the list of mounts for each process that is read. Here, reading one list never ends. */
    @Test
    void a_stop_asks_no_process_of_the_machine_for_its_mounts() {
        String uuid =
                rkt.prepare(image.toString(), "--", "-c", "trap '' TERM; echo ready; while :; do sleep 614; done");
        Rkt.Running running = rkt.runUntilReady(uuid);
        Rkt covered = new Rkt(
                directory,
                flavor(),
                List.of(
                        "unshare",
                        "--mount",
                        "--propagation",
                        "private",
                        "sh",
                        "-c",
                        "{ [ -p $0/fifo ] || mkfifo $0/fifo; } && mount --bind $0/fifo /proc/%d/mountinfo && exec timeout 20 \"$@\""
                                .formatted(ProcessHandle.current().pid()),
                        directory.toString()));

        covered.call("stop", uuid).succeeded();
        covered.call("stop", "--force", uuid).succeeded();

        assertThat(rkt.finish(running).exitCode()).isEqualTo(137);
        covered.call("rm", uuid).succeeded();
        assertThat(processesOf(uuid)).isEmpty();
    }

    @Test
    void what_an_app_leaves_behind_goes_with_it_when_it_is_stopped() {
        String uuid = rkt.prepare(
                image.toString(), "--", "-c", "(trap '' TERM; sleep 604; sleep 605) & echo ready; exec sleep 606");
        Rkt.Running running = rkt.runUntilReady(uuid);

        rkt.call("stop", uuid).succeeded();

        assertThat(rkt.finish(running).exitCode()).isEqualTo(143);
        assertThat(processesOf(uuid)).isEmpty();
    }

    @Test
    void what_an_app_leaves_behind_is_killed_when_the_pod_is_removed() {
        String uuid = rkt.prepare(image.toString(), "--", "-c", "sleep 607 & echo ready");
        Rkt.Running running = rkt.runUntilReady(uuid);
        rkt.finish(running);
        assertThat(processesOf(uuid)).hasSize(1);
        assertThat(status(uuid).get("state").getAsString()).isEqualTo("exited");

        rkt.call("rm", uuid).succeeded();

        assertThat(processesOf(uuid)).isEmpty();
    }

    @Test
    void a_killed_app_is_seen_to_have_exited_though_nobody_tells() {
        String uuid = rkt.prepare(image.toString(), "--", "-c", SLEEP);
        Rkt.Running running = rkt.runUntilReady(uuid);

        running.process().destroyForcibly();

        await().untilAsserted(() ->
                assertThat(status(uuid).get("state").getAsString()).isEqualTo("exited"));
    }

    @Test
    void a_process_that_got_the_pid_of_a_dead_app_is_not_taken_for_it() throws IOException {
        String uuid = rkt.prepare(image.toString(), "--exec=/bin/true");
        rkt.call("run-prepared", uuid).succeeded();
        Path pid = rkt.data().resolve("pods/run").resolve(uuid).resolve("pid");
        String[] identity = Files.readString(pid).split(" ", 2);

        Files.writeString(pid, ProcessHandle.current().pid() + " " + identity[1]);

        assertThat(status(uuid).get("state").getAsString()).isEqualTo("exited");
    }

    @Test
    void a_running_pod_is_not_removed_and_an_exited_one_is() {
        String uuid = rkt.prepare(image.toString(), "--", "-c", SLEEP);
        Rkt.Running running = rkt.runUntilReady(uuid);

        Rkt.Result refused = rkt.call("rm", uuid);
        assertThat(refused.exitCode()).isEqualTo(254);
        assertThat(refused.err())
                .isEqualTo(
                        "rm: pod \"%s\" is currently running\nrm: failed to remove one or more pods\n".formatted(uuid));

        rkt.call("stop", uuid).succeeded();
        rkt.finish(running);
        assertThat(rkt.call("rm", uuid)).isEqualTo(new Rkt.Result(0, "\"%s\"\n".formatted(uuid), ""));
        assertThat(rkt.call("status", uuid).exitCode()).isEqualTo(254);
    }

    @Test
    void rm_and_stop_take_the_uuid_from_a_file() throws IOException {
        Path file = directory.resolve("uuid");
        rkt.call("--insecure-options=image", "run", "--uuid-file-save=" + file, image.toString(), "--exec=/bin/true")
                .succeeded();
        String uuid = Files.readString(file).strip();

        assertThat(rkt.call("stop", "--uuid-file=" + file).out()).contains("already stopped");
        assertThat(rkt.call("rm", "--uuid-file=" + file).out()).isEqualTo("\"%s\"\n".formatted(uuid));
    }

    @Test
    void a_pod_runs_once() {
        String uuid = rkt.prepare(image.toString(), "--exec=/bin/true");
        rkt.call("run-prepared", uuid).succeeded();

        Rkt.Result again = rkt.call("run-prepared", uuid);

        assertThat(again.exitCode()).isEqualTo(254);
        assertThat(again.err()).isEqualTo("run-prepared: pod \"%s\" is not prepared\n".formatted(uuid));
    }

    @Test
    void a_run_that_fails_leaves_a_pod_that_has_exited() {
        for (String fault : List.of("--dns=no.address", "--hostname=no_name", "--exec=/bin/nope")) {
            List<String> call = new ArrayList<>(List.of("--insecure-options=image", "run"));
            call.addAll(
                    fault.startsWith("--exec") ? List.of(image.toString(), fault) : List.of(fault, image.toString()));
            assertThat(rkt.call(call.toArray(String[]::new)).exitCode()).isEqualTo(254);
        }

        assertThat(rkt.call("list", "--no-legend").out().lines())
                .hasSize(3)
                .allMatch(line -> line.contains("\texited\t"));
    }

    @Test
    void run_prepares_and_runs_in_one() {
        Rkt.Result result = rkt.call(
                "--insecure-options=image",
                "run",
                "--net=host",
                "--hostname=it-s",
                "--set-env=A=1",
                image.toString(),
                "--",
                "-c",
                "cat /proc/sys/kernel/hostname; echo $A \"$@\"; exit 9",
                "x",
                "b  c");

        assertThat(result).isEqualTo(new Rkt.Result(9, "it-s\n1 b  c\n", ""));
    }

    @Test
    void enter_runs_a_command_in_the_app_with_its_user_and_environment() {
        String uuid =
                rkt.prepare("--set-env=A=b c", image.toString(), "--user=alice", "--group=staff", "--", "-c", SLEEP);
        rkt.runUntilReady(uuid);

        Rkt.Result result = rkt.call(
                "enter",
                uuid,
                "/bin/sh",
                "-c",
                "id -u; id -g; echo \"$A|$FROM_IMAGE|$1\"; ls /proc/self/cwd/; exit 3",
                "x",
                "--a 'b");

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.out())
                .startsWith("1234\n4321\nb c|yes|--a 'b\n")
                .contains("elsewhere")
                .contains("home");
        assertThat(rkt.call("enter", "--app=other", uuid, "/bin/true").exitCode())
                .isEqualTo(254);
        assertThat(rkt.call("enter", uuid, "env").succeeded().out()).contains("AC_APP_NAME=shell\n");
        for (String missing : List.of("/bin/nosuch", "nosuch")) {
            Rkt.Result refused = rkt.call("enter", uuid, missing);
            assertThat(refused.exitCode()).isEqualTo(254);
            assertThat(refused.err()).contains("enter failed: can't execute \"%s\"".formatted(missing));
        }
        assertThat(rkt.call("enter", uuid, "/etc/passwd").exitCode()).isEqualTo(254);
    }

    @Test
    void list_shows_pods_as_a_table_and_as_json() {
        assertThat(rkt.call("list", "--format=json").out()).isEqualTo("null\n");
        assertThat(rkt.call("list", "--format=json-pretty").out()).isEqualTo("null\n");
        String first = rkt.prepare(image.toString());
        String second = rkt.prepare(image.toString(), "--exec=/bin/true");
        rkt.call("run-prepared", second).succeeded();

        assertThat(rkt.call("list").out().lines())
                .first()
                .asString()
                .matches("UUID\t+APP\t+IMAGE NAME\t+STATE\t+CREATED\t+STARTED\t+NETWORKS");
        assertThat(rkt.call("list", "--no-legend", "--full").out().lines())
                .hasSize(2)
                .anyMatch(line -> line.startsWith(first + "\tshell\texample.com/shell:1.0.0\tsha512-")
                        && line.contains("\tprepared\t"))
                .anyMatch(line -> line.startsWith(second) && line.contains("\texited\t"));
        JsonArray list =
                JsonParser.parseString(rkt.call("list", "--format=json").out()).getAsJsonArray();
        assertThat(list.asList().stream()
                        .map(pod -> pod.getAsJsonObject().get("name").getAsString()))
                .containsExactlyElementsOf(Stream.of(first, second).sorted().toList());
        assertThat(rkt.call("list", "--no-legend", "--full").out().lines().map(line -> line.substring(0, 36)))
                .isSorted();
        assertThat(JsonParser.parseString(
                        rkt.call("list", "--format=json-pretty").out()))
                .isEqualTo(list);
    }

    @Test
    void the_manifest_of_a_pod_names_what_it_was_made_of() {
        String uuid = rkt.prepare(
                "--volume=v1,kind=host,source=/tmp,readOnly=true",
                "--volume=v2,kind=empty,mode=0700",
                "--mount=volume=v1,target=/mnt",
                "--port=http:4711",
                image.toString(),
                "--memory=64M",
                "--cpu=100m",
                "--mount=volume=v2,target=/empty",
                "--name=other",
                "--user-label=k=v",
                "--",
                "-c",
                "true");

        Rkt.Result result = rkt.call("cat-manifest", uuid).succeeded();

        JsonObject manifest = JsonParser.parseString(result.out()).getAsJsonObject();
        assertThat(manifest.get("acKind").getAsString()).isEqualTo("PodManifest");
        assertThat(manifest.get("volumes"))
                .hasToString("[{\"name\":\"v1\",\"kind\":\"host\",\"source\":\"/tmp\",\"readOnly\":true},"
                        + "{\"name\":\"v2\",\"kind\":\"empty\",\"mode\":\"0700\",\"uid\":0,\"gid\":0}]");
        assertThat(manifest.get("ports")).hasToString("[{\"name\":\"http\",\"hostPort\":4711}]");
        JsonObject app = manifest.getAsJsonArray("apps").get(0).getAsJsonObject();
        assertThat(app.get("name").getAsString()).isEqualTo("other");
        assertThat(app.get("mounts"))
                .hasToString("[{\"volume\":\"v2\",\"path\":\"/empty\"},{\"volume\":\"v1\",\"path\":\"/mnt\"}]");
        assertThat(app.getAsJsonObject("app").get("exec")).hasToString("[\"/bin/sh\",\"-c\",\"true\"]");
        assertThat(app.getAsJsonObject("app").get("isolators"))
                .hasToString(
                        "[{\"name\":\"resource/memory\",\"value\":{\"default\":false,\"request\":\"64M\",\"limit\":\"64M\"}},"
                                + "{\"name\":\"resource/cpu\",\"value\":{\"default\":false,\"request\":\"100m\",\"limit\":\"100m\"}}]");
        assertThat(rkt.call("cat-manifest", "--pretty-print=false", uuid).out().lines())
                .hasSize(1);
    }

    @Test
    void gc_moves_exited_pods_to_the_garbage_and_later_removes_them() {
        String exited = rkt.prepare(image.toString(), "--exec=/bin/true");
        rkt.call("run-prepared", exited).succeeded();
        String prepared = rkt.prepare(image.toString());

        Rkt.Result marked = rkt.call("gc", "--mark-only");
        assertThat(marked.err()).isEqualTo("gc: moving pod \"%s\" to garbage\n".formatted(exited));
        assertThat(status(exited).get("state").getAsString()).isEqualTo("exited garbage");
        assertThat(app(status(exited)).has("finished_at")).isTrue();

        assertThat(rkt.call("gc").err())
                .isEqualTo("gc: pod \"%s\" not removed: still within grace period (30m0s)\n".formatted(exited));
        assertThat(rkt.call("gc", "--grace-period=0s").out())
                .isEqualTo("Garbage collecting pod \"%s\"\n".formatted(exited));
        assertThat(rkt.call("status", exited).exitCode()).isEqualTo(254);
        assertThat(status(prepared).get("state").getAsString()).isEqualTo("prepared");

        assertThat(rkt.call("gc", "--expire-prepared=0s").out())
                .isEqualTo("Garbage collecting pod \"%s\"\n".formatted(prepared));
    }

    @Test
    void gc_removes_what_a_killed_prepare_left() throws Exception {
        Path pipe = directory.resolve("never-ends.aci");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Rkt.Running running = rkt.start(Map.of(), "--insecure-options=image", "prepare", pipe.toString());
        Path temporary = rkt.data().resolve("cas/tmp");
        Process writer = new ProcessBuilder("sh", "-c", "exec cat > " + pipe).start();
        await().until(() -> Files.isDirectory(temporary) && children(temporary) == 1);
        String aborted = UUID.randomUUID().toString();
        Path preparing =
                Files.createDirectories(rkt.data().resolve("pods/prepare").resolve(aborted));
        try (Stream<Path> work = Files.list(temporary)) {
            Path directory = work.findFirst().orElseThrow();
            await().until(() -> Files.exists(directory.resolve("preparer")));
            Files.copy(directory.resolve("preparer"), preparing.resolve("preparer"));
        }
        assertThat(status(aborted).get("state").getAsString()).isEqualTo("preparing");
        rkt.call("gc").succeeded();
        assertThat(preparing).exists();

        running.process().destroyForcibly().waitFor();
        writer.destroyForcibly().waitFor();

        assertThat(status(aborted).get("state").getAsString()).isEqualTo("aborted prepare");
        try (Stream<Path> work = Files.list(temporary)) {
            Files.setLastModifiedTime(
                    work.findFirst().orElseThrow(), FileTime.from(Instant.now().minusSeconds(3600)));
        }
        assertThat(rkt.call("gc").succeeded().err())
                .contains("moving failed prepare \"%s\" to garbage".formatted(aborted));
        assertThat(preparing).doesNotExist();
        assertThat(children(temporary)).isZero();
    }

    @Test
    void a_pod_leaves_no_process_and_no_mount_on_the_host() throws IOException {
        String uuid = rkt.prepare(image.toString(), "--", "-c", SLEEP);
        Rkt.Running running = rkt.runUntilReady(uuid, "--net=host");
        assertThat(mountsOfRkt()).isEmpty();

        rkt.call("stop", uuid).succeeded();
        rkt.finish(running);
        rkt.call("rm", uuid).succeeded();

        assertThat(processesOf(uuid)).isEmpty();
        assertThat(mountsOfRkt()).isEmpty();
    }

    /** The host's mounts of this test's files or on them; others may mount and unmount meanwhile. */
    private List<String> mountsOfRkt() throws IOException {
        try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mountinfo"))) {
            return mounts.filter(mount -> mount.contains(directory.toString())).toList();
        }
    }

    @Test
    void the_process_that_was_rkt_is_the_app() throws IOException {
        String uuid = rkt.prepare(image.toString(), "--", "-c", SLEEP);
        Rkt.Running running = rkt.runUntilReady(uuid);

        assertThat(nameOf(running.process().pid())).isEqualTo(whatRktBecomes());
    }

    protected String whatRktBecomes() {
        return "sleep";
    }

    private static String nameOf(long pid) throws IOException {
        return Files.readString(Path.of("/proc", Long.toString(pid), "comm")).strip();
    }

    @Test
    void an_app_inherits_no_file_of_rkt() {
        Rkt.Result result = rkt.run(image.toString(), "--", "-c", "ls /proc/self/fd");

        assertThat(result.out().lines()).containsExactly("0", "1", "2", "3");
    }

    protected JsonObject status(String uuid) {
        return JsonParser.parseString(
                        rkt.call("status", "--format=json", uuid).succeeded().out())
                .getAsJsonObject();
    }

    private static JsonObject app(JsonObject pod) {
        return pod.getAsJsonArray("apps").get(0).getAsJsonObject();
    }

    private static long children(Path directory) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.count();
        }
    }

    /** All processes whose root is that of the pod, found by another way than rkt does. */
    protected static List<Long> processesOf(String uuid) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> {
                    try {
                        return Files.readString(Path.of("/proc", pid.toString(), "mountinfo"))
                                .contains(uuid);
                    } catch (IOException e) {
                        return false;
                    }
                })
                .toList();
    }
}
