package dev.gantry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example with two machines in docs/tls.md, line by line. */
class TwoMachinesIT {

    private static final Pattern SECTION = Pattern.compile("(?s)## Two machines, step by step\\n(.*?)(\\n## |\\z)");
    private static final Pattern SHELL = Pattern.compile("(?s)```sh\\n(.*?)```\\n");

    /**
     * Three machines that see each other: network namespaces with a /root and a /var/lib of their own. {@code on MACHINE}
     * runs the lines of standard input there. All processes end with this one.
     */
    private static final String MACHINES = """
            machines="gantry.example.com n1 laptop"
            mount -t tmpfs tmpfs /run
            mount -t tmpfs tmpfs /srv
            printf '127.0.0.1 localhost\\n192.0.2.7 gantry.example.com\\n' > /srv/hosts
            mount --bind /srv/hosts /etc/hosts
            ip link add bridge type bridge
            ip link set bridge up
            last=7
            for machine in $machines; do
              ip netns add $machine
              ip link add port$last type veth peer name eth0 netns $machine
              ip link set port$last master bridge up
              ip -n $machine addr add 192.0.2.$last/24 dev eth0
              ip -n $machine link set eth0 up
              ip -n $machine link set lo up
              mkdir -p /srv/$machine/root /srv/$machine/var/lib
              last=$((last + 1))
            done
            on() {
              nsenter --net=/run/netns/$1 unshare --mount env MACHINE=$1 HOME=/root PATH="$BIN:$PATH" bash -ec "
                mount --bind /srv/$1/root /root
                mount --bind /srv/$1/var/lib /var/lib
                cd /root
                $(cat)"
            }
            await() {
              for i in $(seq 600); do
                if grep -q "$1" "$2"; then return; fi
                sleep 0.1
              done
              echo "no \\"$1\\" in:"; cat "$2"
              exit 1
            }
            """;

    /** Copies between the machines' files. */
    private static final String SCP = """
            #!/bin/bash -e
            place() {
              host=${1%%:*}
              [ "$host" != "$1" ] || host=$MACHINE
              path=${1#*:}
              [ "${path#/}" != "$path" ] || path=/root/$path
              echo "/srv/$host$path"
            }
            install -m 600 "$(place "$1")" "$(place "$2")"
            """;

    private static final String STEPS = """
            on gantry.example.com > /srv/server.log 2>&1 <<'LINES' &
            %s
            LINES
            await "is ready at" /srv/server.log
            on gantry.example.com <<'LINES'
            %s
            LINES
            on n1 > /srv/node.log 2>&1 <<'LINES' &
            %s
            LINES
            await "has issued the node's certificate" /srv/node.log
            await "Connected to server" /srv/node.log
            rm /srv/n1/root/join.token
            ls -l /srv/n1/var/lib/gantry-node/certificate.pem
            "$CHECKOUT/docs/examples/make-aci.sh" /srv/gantry/hello.aci
            cp "$CHECKOUT/docs/examples/greeter.hcl" /srv/gantry.example.com/root
            on gantry.example.com <<'LINES' | tee /srv/use.log
            %s
            LINES
            sed -n 's/^Secret *= //p' /srv/use.log > /srv/laptop/root/operator.token
            on laptop <<'LINES'
            %s
            LINES
            echo the end
            """;

    @TempDir
    Path dir;

    @Test
    @Timeout(value = 4, unit = TimeUnit.MINUTES)
    void each_line_works() throws Exception {
        Assumptions.assumeThat(System.getProperty("user.name"))
                .as("only root makes network namespaces and starts pods")
                .isEqualTo("root");
        executable("scp", SCP);
        executable("gantry", "#!/bin/sh\nexec '%s' \"$@\"\n".formatted(String.join("' '", Program.command())));
        List<String> blocks = blocks();
        assertThat(blocks).hasSize(5);
        Path script = Files.writeString(
                dir.resolve("script"), "set -eo pipefail\n" + MACHINES + STEPS.formatted(blocks.toArray()));

        String output = run(script);

        assertThat(output)
                .contains(
                        "-rw-------",
                        "Nodes       = 1 ready",
                        "==> Job \"greeter\" is running",
                        "==> All allocations of the job have ended",
                        "the end")
                .containsPattern("(?m)^\\S+ +dc1 +n1 .* ready$")
                .doesNotContain("error");
    }

    private void executable(String name, String content) throws IOException {
        Path file =
                Files.writeString(Files.createDirectories(dir.resolve("bin")).resolve(name), content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String run(Path script) throws Exception {
        Path log = dir.resolve("log");
        ProcessBuilder shell = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "--net",
                        "--pid",
                        "--fork",
                        "--kill-child",
                        "--mount-proc",
                        "bash",
                        script.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        shell.environment().put("CHECKOUT", Program.ROOT.toString());
        shell.environment().put("BIN", dir.resolve("bin").toString());
        shell.environment().remove("XDG_CONFIG_HOME");
        Process process = shell.start();
        try {
            assertThat(process.waitFor(3, TimeUnit.MINUTES))
                    .as(Files.readString(log))
                    .isTrue();
            assertThat(process.exitValue()).as(Files.readString(log)).isZero();
            return Files.readString(log);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Returns the lines of the section, block by block. */
    private static List<String> blocks() throws IOException {
        String page = Files.readString(Program.ROOT.resolve("docs/tls.md"));
        String section =
                SECTION.matcher(page).results().findFirst().orElseThrow().group(1);
        return SHELL.matcher(section)
                .results()
                .map(found -> found.group(1).strip())
                .toList();
    }
}
