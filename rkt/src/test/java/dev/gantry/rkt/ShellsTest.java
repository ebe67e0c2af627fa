package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The launcher on machines whose {@code /bin/sh} is another shell than this one's. with-shell.sh runs all tests so;
 * these are a few of each part.
 */
class ShellsTest extends RktTest {

    @ParameterizedTest
    @CsvSource({
        "/bin/dash, fly",
        "/bin/bash, fly",
        "/bin/busybox, fly",
        "/bin/dash, crun",
        "/bin/bash, crun",
        "/bin/busybox, crun"
    })
    void a_pod_lives_and_ends(Path shell, String flavor) throws IOException {
        assumeTrue(Files.isExecutable(shell), shell + " is not installed: skipped");
        if (flavor.equals("crun")) {
            require_crun();
        }
        Path files = Files.createDirectory(directory.resolve("it's a volume"));
        String script = "(sleep 0.2 &); trap 'echo stopped; exit 7' TERM; echo $A \"$1\" $(id -u);"
                + " while :; do sleep 0.1; done";
        String[] prepare = {
            "prepare",
            "--set-env=A=it's",
            "--volume=v,kind=host,source=" + files,
            "--mount=volume=v,target=/v",
            "",
            "--user=1234",
            "--group=5678",
            "--",
            "-c",
            script,
            "x",
            "a\n'b' $c"
        };
        try (Rkt other = new Rkt(directory, flavor, Rkt.withShell(shell.toRealPath()))) {
            prepare[4] = other.call("--insecure-options=image", "fetch", "--full", image.toString())
                    .succeeded()
                    .out()
                    .strip();
            other.call(prepare).succeeded();
            // A kept decision needs no Java.
            String uuid = other.call(Map.of("JAVA_HOME", "/no/such/java"), prepare)
                    .succeeded()
                    .out()
                    .strip();

            Rkt.Running running = other.runUntilReady(
                    uuid, "--net=host", "--dns=192.0.2.1", "--hosts-entry=192.0.2.7=db", "--hostname=pod");
            assertThat(running.out()).startsWith("it's a\n'b' $c 1234\n");
            assertThat(other.call("status", "--wait-ready=1.5s", uuid)
                            .succeeded()
                            .out())
                    .startsWith("state=running\n")
                    .contains("\nexited=false\n");
            assertThat(other.call("enter", uuid, "sh", "-c", "cat /proc/sys/kernel/hostname /etc/resolv.conf; exit 3"))
                    .isEqualTo(new Rkt.Result(3, "pod\n# Written by rkt\nnameserver 192.0.2.1\n", ""));
            assertThat(other.call("enter", uuid, "/bin/nosuch").exitCode()).isEqualTo(254);
            assertThat(JsonParser.parseString(other.call("list", "--format=json")
                                    .succeeded()
                                    .out())
                            .getAsJsonArray())
                    .hasSize(2);
            assertThat(other.call("list").succeeded().out()).contains("\trunning\t", "\tprepared\t");
            other.call("stop", uuid).succeeded();
            Rkt.Result result = other.finish(running);
            assertThat(result.out()).endsWith("\nstopped\n");
            assertThat(result.exitCode()).isEqualTo(7);
            assertThat(other.call("gc", "--grace-period=0s", "--expire-prepared=0s")
                            .succeeded()
                            .out())
                    .contains("Garbage collecting pod \"%s\"".formatted(uuid));
            assertThat(other.call("list", "--format=json").out()).isEqualTo("null\n");
            assertThat(other.call("rm", UUID.randomUUID().toString()).exitCode())
                    .isEqualTo(254);
        }
    }
}
