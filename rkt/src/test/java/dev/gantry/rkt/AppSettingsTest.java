package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The arguments, environment, user and files of an app. */
class AppSettingsTest extends RktTest {

    /** Values that a shell, an option parser or a JSON writer could misread. */
    private static final List<String> AWKWARD = List.of(
            "",
            " ",
            "it's",
            "''",
            "\"",
            "$(touch /pwned)",
            "`touch /pwned`",
            "${PATH}",
            "a\nb\n",
            "\n",
            "\t",
            "\\",
            "\\n",
            "a'\\''b",
            "; touch /pwned",
            "& touch /pwned",
            "| x",
            "> /pwned",
            "*",
            "~",
            "#",
            "!x",
            "-n",
            "--",
            "--help",
            "---x",
            "A=b",
            "ü€😀",
            "<&>=",
            "%s%n",
            "\u0001\u001b[0m");

    @Test
    void arguments_reach_the_app_as_they_are() {
        List<String> call = new ArrayList<>(List.of(
                image.toString(), "--", "-c", "for a; do printf '[%s]' \"$a\"; done; ls /pwned 2>/dev/null", "x"));
        call.addAll(AWKWARD);

        Rkt.Result result = rkt.run(call.toArray(String[]::new));

        StringBuilder expected = new StringBuilder();
        AWKWARD.forEach(value -> expected.append('[').append(value).append(']'));
        assertThat(result.out()).isEqualTo(expected.toString());
    }

    @Test
    void variables_reach_the_app_as_they_are() {
        List<String> call = new ArrayList<>();
        for (int i = 0; i < AWKWARD.size(); i++) {
            call.add("--set-env=V%d=%s".formatted(i, AWKWARD.get(i)));
        }
        call.addAll(List.of("--set-env=with.dot-and-dash=1", image.toString(), "--exec=/bin/env", "--", "-0"));

        Rkt.Result result = rkt.run(call.toArray(String[]::new));

        List<String> variables = List.of(result.out().split("\0", -1));
        for (int i = 0; i < AWKWARD.size(); i++) {
            assertThat(variables).contains("V%d=%s".formatted(i, AWKWARD.get(i)));
        }
        assertThat(variables).contains("with.dot-and-dash=1");
    }

    @ParameterizedTest
    @CsvSource({"private, false", "parent, true"})
    void a_pod_has_the_ipc_namespace_that_it_shall_have(String mode, boolean isTheHosts) throws IOException {
        Path path = Path.of("/proc/self/ns/ipc");
        String uuid = rkt.prepare(image.toString(), "--", "-c", "ls -l " + path);

        Rkt.Result result = rkt.call("run-prepared", "--ipc=" + mode, uuid);

        assertThat(result.succeeded()
                        .out()
                        .contains(Files.readSymbolicLink(path).toString()))
                .isEqualTo(isTheHosts);
    }

    @Test
    void an_app_has_the_variables_of_the_specification_and_its_image_and_no_others() {
        Rkt.Result result = rkt.run("--set-env=HOME=/home", image.toString(), "--exec=/bin/env");

        assertThat(result.out().lines())
                .containsExactlyInAnyOrder(
                        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                        "AC_APP_NAME=shell",
                        "container=rkt",
                        "FROM_IMAGE=yes",
                        "BOTH=image",
                        "SHELL=/bin/sh",
                        "USER=root",
                        "LOGNAME=root",
                        "HOME=/home");
        // rkt's values, independent of the user and the image's /etc/passwd.
        assertThat(rkt.run(image.toString(), "--user=alice", "--exec=/bin/env")
                        .out()
                        .lines())
                .contains("SHELL=/bin/sh", "USER=root", "LOGNAME=root", "HOME=/root");
    }

    @Test
    void an_app_that_is_not_root_may_open_its_standard_streams() {
        Rkt.Result result = rkt.run(
                image.toString(),
                "--user=1234",
                "--group=5678",
                "--",
                "-c",
                "echo out >> /dev/stdout; echo err >> /dev/stderr; echo more | cat /dev/stdin >> /dev/stdout");

        assertThat(result.succeeded().out()).isEqualTo("out\nmore\n");
        assertThat(result.err()).isEqualTo("err\n");
    }

    @Test
    void the_more_special_of_two_variables_wins() throws IOException {
        Path file = Files.writeString(directory.resolve("env"), "# comment\n\nBOTH=file\nFILE=1\nSET=file\nAPP=file\n");
        Path lines = Files.writeString(directory.resolve("lines"), "LINES=one\n#two\r\n\n;\0LAST=3\0");

        Rkt.Result result = rkt.finish(rkt.start(
                Map.of("BOTH", "caller", "CALLER", "1", "LC_ALL", "de_DE.UTF-8"),
                "--insecure-options=image",
                "run",
                "--inherit-env",
                "--set-env-file=" + file,
                "--set-env-file=" + lines,
                "--set-env=SET=flag",
                "--set-env=APP=flag",
                image.toString(),
                "--exec=/bin/env",
                "--environment=APP=app"));

        assertThat(result.out()).contains("LINES=one\n#two\r\n\n;\n");
        assertThat(result.out().lines())
                .contains(
                        "BOTH=file",
                        "FILE=1",
                        "LAST=3",
                        "SET=flag",
                        "APP=app",
                        "CALLER=1",
                        "LC_ALL=de_DE.UTF-8",
                        "FROM_IMAGE=yes")
                .noneMatch(line -> line.startsWith("RKT_"));
    }

    @Test
    void debug_names_the_program_but_neither_its_arguments_nor_its_variables_which_may_be_secret() {
        Rkt.Result result = rkt.call(
                "--debug",
                "--insecure-options=image",
                "run",
                "--set-env=KEY=s3cret",
                image.toString(),
                "--exec=/bin/sh",
                "--",
                "-c",
                "true",
                "--password=s3cret");

        assertThat(result.succeeded().err()).contains("/bin/sh as 0:0").doesNotContain("s3cret");
    }

    @Test
    void variables_of_the_dynamic_loader_reach_the_app_but_not_the_programs_of_the_host() {
        Rkt.Result result = rkt.run(
                "--set-env=LD_LIBRARY_PATH=/nowhere 'x",
                "--set-env=LD_PRELOAD=/no/such.so",
                image.toString(),
                "--",
                "-c",
                "echo \"$LD_LIBRARY_PATH|$LD_PRELOAD\"");

        assertThat(result.out()).isEqualTo("/nowhere 'x|/no/such.so\n");
        // The loader complains once for the app's shell, as it would anywhere.
        assertThat(result.err().lines())
                .allMatch(line -> line.contains("/no/such.so") && line.startsWith("ERROR: ld.so"));
        assertThat(result.err().lines()).hasSizeLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "1234, 5678, 1234 5678",
        "alice, staff, 1234 4321",
        "/owned, /owned, 77 88",
        "alice, root, 1234 0",
        "0, 0, 0 0"
    })
    void an_app_runs_as_its_user_and_group(String user, String group, String ids) {
        Rkt.Result result = rkt.run(
                image.toString(), "--user=" + user, "--group=" + group, "--", "-c", "echo $(id -u) $(id -g) $(id -G)");

        assertThat(result.out()).isEqualTo("%s %s\n".formatted(ids, ids.substring(ids.indexOf(' ') + 1)));
    }

    @Test
    void an_app_has_its_supplementary_groups() {
        Rkt.Result result = rkt.run(
                image.toString(), "--user=5", "--group=6", "--supplementary-gids=7,8", "--exec=/bin/id", "--", "-G");

        assertThat(result.out()).isEqualTo("6 7 8\n");
    }

    @Test
    void an_unknown_user_is_refused() {
        Rkt.Result result = rkt.call("--insecure-options=image", "prepare", image.toString(), "--user=mallory");

        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.err()).startsWith("prepare: error setting up stage0: invalid user \"mallory\"");
    }

    @Test
    void an_app_starts_in_its_working_directory() {
        assertThat(rkt.run(image.toString(), "--working-dir=/home", "--", "-c", "pwd")
                        .out())
                .isEqualTo("/home\n");
        assertThat(rkt.run(image.toString(), "--", "-c", "pwd").out()).isEqualTo("/\n");
        Rkt.Result missing = rkt.run(image.toString(), "--working-dir=/nope", "--", "-c", "pwd");
        assertThat(missing.exitCode()).isEqualTo(254);
        assertThat(missing.err())
                .isEqualTo("run: can't change to working directory \"/nope\": no such file or directory\n");
    }

    @Test
    void volumes_of_the_host_are_writable_unless_read_only() throws IOException {
        Path host = Files.createDirectory(directory.resolve("it's $(host)"));
        Path file = Files.writeString(directory.resolve("a file"), "content\n");

        Rkt.Result result = rkt.run(
                "--volume=rw,kind=host,source=" + host,
                "--volume=ro,kind=host,source=" + host + ",readOnly=true",
                "--volume=file,kind=host,source=" + file + ",readOnly=true",
                "--mount=volume=rw,target=/rw dir/it's",
                "--mount=volume=ro,target=/ro",
                "--mount=volume=file,target=/etc/new/file",
                image.toString(),
                "--",
                "-c",
                "echo 1 > \"/rw dir/it's/made\"; cat /ro/made /etc/new/file; touch /ro/x; echo x > /etc/new/file");

        assertThat(result.out()).isEqualTo("1\ncontent\n");
        assertThat(result.err().lines().filter(line -> line.contains("Read-only file system")))
                .hasSize(2);
        assertThat(host.resolve("made")).hasContent("1");
        assertThat(host.resolve("x")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_source_below_a_directory_without_links_is_mounted_by_what_it_is_and_not_through_a_link(boolean everywhere)
            throws IOException {
        Path real = Files.createDirectories(directory.resolve("below/real one")).toRealPath();
        Files.writeString(real.resolve("file"), "content\n");
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Files.createSymbolicLink(real.resolveSibling("link"), outside);
        Map<String, String> environment =
                Map.of("RKT_NO_LINKS_BELOW", everywhere ? "/" : real.getParent().toString());

        Rkt.Result allowed = rkt.call(
                environment,
                "run-prepared",
                rkt.prepare(
                        "--volume=d,kind=host,source=" + real,
                        "--volume=f,kind=host,source=" + real.resolve("file") + ",readOnly=true",
                        "--mount=volume=d,target=/d",
                        "--mount=volume=f,target=/d/inner",
                        image.toString(),
                        "--",
                        "-c",
                        "cat /d/file /d/inner; echo 1 > /d/made; echo 1 > /d/inner"));
        String link = rkt.prepare(
                "--volume=d,kind=host,source=" + real.resolveSibling("link"),
                "--mount=volume=d,target=/d",
                image.toString(),
                "--",
                "-c",
                "touch /d/x");
        Rkt.Result refused = rkt.call(environment, "run-prepared", link);

        assertThat(allowed.out()).isEqualTo("content\ncontent\n");
        assertThat(allowed.err()).contains("Read-only file system");
        assertThat(real.resolve("made")).hasContent("1");
        assertThat(refused.exitCode()).isEqualTo(254);
        assertThat(refused.err()).contains("it leads through a link, to \"" + outside.toRealPath() + "\"");
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void volumes_are_mounted_each_at_its_place_however_many_there_are_and_in_whatever_order() throws IOException {
        List<String> words = new ArrayList<>();
        String script = "";
        List<String> targets =
                List.of("/1", "/1/in/a", "/2", "/file", "/with blank", "/6", "/7", "/1/in/a/deep", "/9", "/10");
        for (String target : targets) {
            String name = "v" + targets.indexOf(target);
            Path source = directory.resolve("volumes").resolve(name);
            if (target.equals("/file")) {
                Files.writeString(source, name + "\n");
                script += "cat /file; ";
            } else {
                Files.writeString(Files.createDirectories(source).resolve("is"), name + "\n");
                script += "cat '" + target + "/is'; ";
            }
            boolean readOnly = target.equals("/6") || target.equals("/1/in/a/deep");
            words.add("--volume=%s,kind=host,source=%s,readOnly=%s".formatted(name, source, readOnly));
            words.add("--mount=volume=%s,target=%s".formatted(name, target));
        }
        script +=
                "echo x > /6/new; echo x > /1/in/a/deep/new; for d in /1 /2 /7 /9 /10 /1/in/a; do echo x > $d/new; done";
        words.addAll(List.of(image.toString(), "--", "-c", script));

        Rkt.Result result = rkt.call(
                Map.of(
                        "RKT_NO_LINKS_BELOW",
                        directory.resolve("volumes").toRealPath().toString()),
                "run-prepared",
                rkt.prepare(words.toArray(String[]::new)));

        assertThat(result.out())
                .as("%s", result)
                .isEqualTo(IntStream.range(0, targets.size())
                        .mapToObj("v%d\n"::formatted)
                        .collect(Collectors.joining()));
        assertThat(result.err().lines().filter(line -> line.contains("Read-only file system")))
                .hasSize(2);
        for (String name : List.of("v0", "v1", "v2", "v6", "v8", "v9")) {
            assertThat(directory.resolve("volumes").resolve(name).resolve("new"))
                    .exists();
        }
    }

    @Test
    void pods_that_start_together_mount_in_one_volume() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "content\n");
        Path inner = Files.createDirectory(directory.resolve("inner"));
        Files.writeString(inner.resolve("file"), "content\n");
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 8; round++) {
                Path shared = Files.createDirectory(directory.resolve("shared-" + round));
                List<Callable<Rkt.Result>> pods = Collections.nCopies(
                        4,
                        () -> rkt.run(
                                "--volume=d,kind=host,source=" + shared,
                                "--volume=f,kind=host,source=" + file,
                                "--volume=i,kind=host,source=" + inner,
                                "--mount=volume=d,target=/d",
                                "--mount=volume=f,target=/d/a/b/file",
                                "--mount=volume=i,target=/d/c/e/inner",
                                image.toString(),
                                "--",
                                "-c",
                                "cat /d/a/b/file /d/c/e/inner/file"));
                for (Future<Rkt.Result> pod : threads.invokeAll(pods)) {
                    assertThat(pod.get())
                            .as("%s", pod.get())
                            .extracting(Rkt.Result::out)
                            .isEqualTo("content\ncontent\n");
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void a_volume_that_does_not_exist_is_reported() {
        Rkt.Result result = rkt.run(
                "--volume=v,kind=host,source=/no/such",
                "--mount=volume=v,target=/x",
                image.toString(),
                "--exec=/bin/true");

        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.err())
                .isEqualTo("run: stat of host path /no/such: stat /no/such: no such file or directory\n");
    }

    @Test
    void an_empty_volume_has_the_mode_and_owner_asked_for() {
        Rkt.Result result = rkt.run(
                "--volume=e,kind=empty,mode=1770,uid=5,gid=6",
                "--mount=volume=e,target=/e",
                image.toString(),
                "--",
                "-c",
                "touch /e/x && ls -ldn /e");

        assertThat(result.out()).startsWith("drwxrwx--T").contains(" 5 6 ");
    }

    @Test
    void a_mount_point_of_the_image_without_a_volume_gets_an_empty_one() throws IOException {
        Path withMountPoint = new AciBuilder()
                .app("data", """
                        "exec":["/bin/sh"],"user":"0","group":"0",
                        "mountPoints":[{"name":"data","path":"/data/deep","readOnly":false}]""")
                .directory("rootfs", entry -> entry.setMode(0755))
                .programs("sh", "cat")
                .write(directory.resolve("data.aci"));

        Rkt.Result prepared = rkt.call(
                "--insecure-options=image",
                "prepare",
                withMountPoint.toString(),
                "--",
                "-c",
                "echo 1 > /data/deep/x; cat /data/deep/x");

        assertThat(prepared.succeeded().err()).contains("warning: no volume specified for mount point \"data\"");
        assertThat(rkt.call("run-prepared", prepared.out().strip()).out()).isEqualTo("1\n");
        Rkt.Result given = rkt.run(
                "--volume=data,kind=host,source=" + directory,
                withMountPoint.toString(),
                "--",
                "-c",
                "echo 2 > /data/deep/y");
        assertThat(given.succeeded().err()).isEmpty();
        assertThat(directory.resolve("y")).hasContent("2");
    }

    @Test
    void a_link_in_the_image_does_not_lead_a_mount_out_of_it() {
        Rkt.Result result = rkt.run(
                "--volume=v,kind=host,source=" + directory,
                "--mount=volume=v,target=/elsewhere/deep",
                image.toString(),
                "--",
                "-c",
                "touch /etc/outside/deep/through");

        result.succeeded();
        assertThat(directory.resolve("through")).exists();
        assertThat(Path.of("/etc/outside")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--no-overlay=false", "--no-overlay=true"})
    void pods_of_one_image_do_not_see_each_others_files(String overlay) {
        assertThat(rkt.run(overlay, image.toString(), "--", "-c", "echo 1 > /mine; cat /mine")
                        .out())
                .isEqualTo("1\n");
        assertThat(rkt.run(overlay, image.toString(), "--", "-c", "ls -n /owned; cat /mine")
                        .out())
                .startsWith("-rw-r-----")
                .contains(" 77 88 ");
        String uuid = rkt.prepare(overlay, image.toString(), "--", "-c", "echo ready; exec sleep 608");
        Rkt.Running running = rkt.runUntilReady(uuid);
        rkt.call("stop", "--force", uuid).succeeded();
        assertThat(rkt.finish(running).exitCode()).isEqualTo(137);
    }

    @Test
    void a_read_only_root_can_only_be_read() {
        Rkt.Result result = rkt.run(image.toString(), "--readonly-rootfs=true", "--", "-c", "touch /tmp/x && touch /x");

        assertThat(result.exitCode()).isNotZero();
        assertThat(result.err()).contains("'/x': Read-only file system");
    }

    @Test
    void the_oom_score_adjustment_is_set() {
        assertThat(rkt.run(image.toString(), "--oom-score-adj=321", "--exec=/bin/cat", "--", "/proc/self/oom_score_adj")
                        .out())
                .isEqualTo("321\n");
    }

    @Test
    void name_servers_hosts_and_host_name_are_the_pods_own() throws IOException {
        String hostName = Files.readString(Path.of("/proc/sys/kernel/hostname"));
        String uuid =
                rkt.prepare(image.toString(), "--", "-c", "cat /etc/resolv.conf /etc/hosts /proc/sys/kernel/hostname");

        Rkt.Result result = rkt.call(
                "run-prepared",
                "--dns=192.0.2.1,2001:db8::1",
                "--dns=192.0.2.2",
                "--dns-search=a.example",
                "--dns-search=b.example",
                "--dns-opt=debug",
                "--hosts-entry=192.0.2.7=db",
                "--hostname=pod.example",
                uuid);

        assertThat(result.out()).isEqualTo("""
                        # Written by rkt
                        search a.example b.example
                        nameserver 192.0.2.1
                        nameserver 2001:db8::1
                        nameserver 192.0.2.2
                        options debug
                        # Written by rkt
                        127.0.0.1 localhost localdomain
                        192.0.2.7 db
                        pod.example
                        """);
        assertThat(Files.readString(Path.of("/proc/sys/kernel/hostname"))).isEqualTo(hostName);
    }

    @Test
    void the_hosts_own_name_resolution_can_be_used() throws IOException {
        String uuid = rkt.prepare(image.toString(), "--", "-c", "cat /etc/hosts /proc/sys/kernel/hostname");

        Rkt.Result result = rkt.call("run-prepared", "--dns=none", "--hosts-entry=host", uuid);

        String hostName =
                flavor().equals("crun") ? "rkt-" + uuid + "\n" : Files.readString(Path.of("/proc/sys/kernel/hostname"));
        assertThat(result.out()).isEqualTo(Files.readString(Path.of("/etc/hosts")) + hostName);
    }

    @Test
    void links_of_an_image_that_climb_above_its_root_stay_in_it() throws IOException {
        Path outside = Files.createDirectory(directory.resolve("outside"));
        String above = "../".repeat(30);
        String out = above + outside.toString().substring(1);
        Path climbing = new AciBuilder()
                .app(
                        "climbing",
                        "\"exec\":[\"/usr/lib/sh\"],\"user\":\"0\",\"group\":\"0\",\"workingDirectory\":\"/work\"")
                .directory("rootfs", entry -> entry.setMode(0755))
                .programs("sh", "cat", "ls")
                .symbolicLink("rootfs/usr/lib/sh", above + "bin/sh")
                .symbolicLink("rootfs/work", above + "usr/lib")
                .symbolicLink("rootfs/data", out)
                .symbolicLink("rootfs/etc/hosts", out + "/hosts")
                .symbolicLink("rootfs/etc/resolv.conf", out + "/resolv.conf")
                .write(directory.resolve("climbing.aci"));
        Path volume = Files.createDirectory(directory.resolve("volume"));
        Files.writeString(volume.resolve("file"), "of the volume");
        String uuid = rkt.prepare(
                "--volume=v,kind=host,source=" + volume,
                "--mount=volume=v,target=/data/in/it",
                climbing.toString(),
                "--",
                "-c",
                "pwd -P; cat /data/in/it/file /etc/resolv.conf; echo x > /data/written; ls -d " + outside + "/*");

        Rkt.Result result = rkt.call("run-prepared", "--dns=192.0.2.1", uuid);

        assertThat(result.succeeded().out())
                .startsWith("/usr/lib\nof the volume")
                .contains("nameserver 192.0.2.1");
        assertThat(outside).as("the machine's own directory").isEmptyDirectory();
    }
}
