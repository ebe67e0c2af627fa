package dev.gantry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The walk-through of docs/security.md: its lines are taken out of the page and pasted in their order, as a new user does, with
 * real processes. Each block must write what the page says. Then the test looks for the secret in more places than the page.
 */
class WalkThroughIT {

    private static final Pattern SECTION =
            Pattern.compile("(?s)\n## A secured cluster, step by step\n(.*?)\n## Hardening\n");

    /** A heading, or a block of lines with what they write. */
    private static final Pattern PART = Pattern.compile("(?sm)^### (.*?)$|^```sh\n(.*?)^```\n(?:\n```\n(.*?)^```\n)?");

    private static final String ID = "[0-9a-f]{8}-[0-9a-f-]{27}";

    private static final Pattern TRAIL = Pattern.compile("(?m)^\\| `(\\w+/\\w+)`(.*?) \\| (.*?) \\| (.*?) \\|$");

    /**
     * Makes the machine of the server out of the terminal, and two others: network namespaces with a /root and a /var/lib of
     * their own. {@code on MACHINE} runs the lines of standard input there.
     */
    private static final String MACHINES = """
            mount -t tmpfs tmpfs /run
            mount -t tmpfs tmpfs /srv
            mount -t tmpfs tmpfs /var/lib
            mkdir -p /run/home
            mount --bind /run/home /root
            export HOME=/root MACHINE=gantry.example.com
            hostname gantry.example.com
            printf '127.0.0.1 localhost\\n192.0.2.7 gantry.example.com\\n' > /run/hosts
            mount --bind /run/hosts /etc/hosts
            ip link set lo up
            ip link add bridge type bridge
            ip addr add 192.0.2.7/24 dev bridge
            ip link set bridge up
            last=8
            for machine in n3 laptop; do
              ip netns add $machine
              ip link add port$last type veth peer name eth0 netns $machine
              ip link set port$last master bridge up
              ip -n $machine addr add 192.0.2.$last/24 dev eth0
              ip -n $machine link set eth0 up
              ip -n $machine link set lo up
              mkdir -p /run/machines/$machine/root /run/machines/$machine/var/lib
              last=$((last + 1))
            done
            on() {
              nsenter --net=/run/netns/$1 unshare --mount env MACHINE=$1 bash -ec "
                mount --bind /run/machines/$1/root /root
                mount --bind /run/machines/$1/var/lib /var/lib
                cd /root
                $(cat)"
            }
            """;

    /** Copies between the files of the machines. */
    private static final String SCP = """
            #!/bin/bash -e
            place() {
              host=${1%%:*}
              [ "$host" != "$1" ] || host=$MACHINE
              path=${1#*:}
              [ "${path#/}" != "$path" ] || path=$PWD/$path
              [ "$host" = gantry.example.com ] || path=/run/machines/$host$path
              echo "$path"
            }
            install -m 600 "$(place "$1")" "$(place "$2")"
            """;

    private static final Duration SOON = Duration.ofSeconds(60);

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    @TempDir
    Path dir;

    /** A block of the page. */
    private record Block(String heading, String lines, String shown) {}

    @BeforeEach
    void unpackRelease() throws IOException {
        Assumptions.assumeThat(System.getProperty("user.name"))
                .as("only root makes network namespaces and starts pods")
                .isEqualTo("root");
        // Other users, such as those of tasks, come as far as the files that they may not read.
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
        executable("scp", SCP);
        Path examples = Files.createDirectories(dir.resolve("release/docs/examples"));
        Files.copy(
                Program.ROOT.resolve("docs/examples/make-aci.sh"),
                examples.resolve("make-aci.sh"),
                StandardCopyOption.COPY_ATTRIBUTES);
        executable("gantry", "#!/bin/sh\nexec '%s' \"$@\"\n".formatted(String.join("' '", Program.command())));
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void a_new_user_gets_two_nodes_with_tls_a_team_with_its_limits_a_secret_and_its_trail() throws Exception {
        Iterator<Block> blocks = blocks().iterator();
        try (Terminal shell = Terminal.open(dir.resolve("log"), dir.resolve("release"))) {
            shell.paste(MACHINES);
            paste(shell, blocks, "The server and its nodes", 2);
            for (String node : List.of("n1", "n2")) {
                assertThat(Files.readString(shell.file("/srv/gantry/%s.log".formatted(node))))
                        .contains("has issued the node's certificate", "Connected to server");
            }
            paste(shell, blocks, "Two teams", 1);
            assertThat(Files.getPosixFilePermissions(shell.file("/srv/gantry/team-a.token")))
                    .isEqualTo(OWNER_ONLY);
            Set<String> commandLines;
            try (CommandLines watched = CommandLines.watch()) {
                paste(shell, blocks, "A secret", 1);
                commandLines = watched.seen();
            }
            paste(shell, blocks, "What another team can't do", 1);
            paste(shell, blocks, "What no team can do", 1);
            assertHidden(shell, paste(shell, blocks, "Where the secret is", 1), commandLines);
            assertTrail(paste(shell, blocks, "The audit trail", 1));
            severalMachines(shell, blocks);
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(shell.paste("grep -rslF -f password /srv/gantry /var/lib/rkt"))
                            .isEqualTo("/srv/gantry/password\n"));
            paste(shell, blocks, "The end", 1);
            assertThat(shell.paste("wait %1 %2 %3; tail -n 1 server.log n1.log n2.log"))
                    .contains("Gantry server has stopped", "Gantry node has stopped");
            assertThat(blocks).isExhausted();
        }
    }

    /** Only the tasks have the secret, and the files of their pods. */
    private static void assertHidden(Terminal shell, String places, Set<String> commandLines) throws IOException {
        String secret = Files.readString(shell.file("/srv/gantry/password")).strip();
        assertThat(secret).hasSize(24);
        assertThat(places.lines().filter(line -> !line.startsWith("/var/lib/rkt/pods/")))
                .satisfiesExactly(
                        file -> assertThat(file).isEqualTo("/srv/gantry/password"),
                        task -> assertThat(task).matches("/proc/\\d+/environ"),
                        task -> assertThat(task).matches("/proc/\\d+/environ"));
        assertThat(places).contains("/var/lib/rkt/pods/");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(shell.file("/var/lib/rkt/pods"))))
                .endsWith("------");
        assertThat(commandLines).anyMatch(line -> line.contains("--set-env")).noneMatch(line -> line.contains(secret));
        assertThat(shell.paste("""
                for command in "job status --json team-a-web" "job history --json team-a-web" "job plan team-a-web.hcl" \\
                  "alloc status --json $id" "node status --json n1"; do
                  gantry $command || echo "failed: $command"
                done
                """)).contains("${var.jobs/team-a-web.password}").doesNotContain("failed:", secret);
    }

    /** The three blocks are lines of the server's machine, of the new node and of somebody's own machine. */
    private static void severalMachines(Terminal shell, Iterator<Block> blocks) throws IOException {
        String heading = "On several machines";
        paste(shell, blocks, heading, 1);
        shell.paste("on n3 > /run/n3.log 2>&1 <<'LINES' &\n%sLINES"
                .formatted(next(blocks, heading).lines()));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(Files.readString(shell.file("/run/n3.log")))
                        .contains("has issued the node's certificate", "Connected to server"));
        assertThat(Files.getPosixFilePermissions(shell.file("/run/machines/n3/var/lib/gantry-node/certificate.pem")))
                .isEqualTo(OWNER_ONLY);
        assertThat(shell.paste("on laptop <<'LINES'\n%sLINES"
                        .formatted(next(blocks, heading).lines())))
                .containsPattern("(?m)^team-a-web +service .* running")
                .contains("==> All allocations of the job have ended")
                .doesNotContain("error");
    }

    /** The audit log has a line for each row of the page's table. */
    private static void assertTrail(String log) throws IOException {
        List<JsonObject> lines = log.lines()
                .map(JsonParser::parseString)
                .map(JsonElement::getAsJsonObject)
                .toList();
        List<String> rows = TRAIL.matcher(section())
                .results()
                .filter(row -> !row.group(3).isBlank())
                .map(row -> "%s %s %s"
                        .formatted(row.group(1), row.group(3), row.group(4))
                        .replace("`", ""))
                .toList();
        assertThat(rows).hasSize(7);
        assertThat(lines.stream()
                        .map(line -> "%s %s %s"
                                .formatted(
                                        text(line, "rpc").replace("gantry.v1.", ""),
                                        text(line, "token_name"),
                                        text(line, "status"))))
                .containsAll(rows)
                .contains(
                        "AllocationService/StreamLogs team-b NOT_FOUND",
                        "JobService/SubmitJob team-a PERMISSION_DENIED");
        assertThat(lines.stream()
                        .filter(line -> text(line, "stage").equals("read"))
                        .map(line -> text(line, "certificate") + " " + text(line.getAsJsonObject("object"), "path")))
                .containsExactlyInAnyOrder("node \"n1\" jobs/team-a-web", "node \"n2\" jobs/team-a-web");
    }

    private static String text(JsonObject line, String field) {
        return line.has(field) ? line.get(field).getAsString() : "";
    }

    /** Pastes blocks that stand below a heading, and returns what the last one has written. */
    private static String paste(Terminal shell, Iterator<Block> blocks, String heading, int count) throws IOException {
        String written = "";
        for (int i = 0; i < count; i++) {
            Block block = next(blocks, heading);
            written = shell.paste(block.lines());
            assertShown(block, written);
        }
        return written;
    }

    /** Each line that the page shows is the beginning of a line that was written, in this order. */
    private static void assertShown(Block block, String written) {
        Iterator<String> lines = written.lines().iterator();
        for (String shown : block.shown().lines().toList()) {
            boolean found = false;
            while (!found && lines.hasNext()) {
                found = lines.next().replaceAll(ID, "ID").startsWith(shown);
            }
            assertThat(found)
                    .as("\"%s\" is not in its place in what these lines write:%n%s%n%s", shown, block.lines(), written)
                    .isTrue();
        }
    }

    private static Block next(Iterator<Block> blocks, String heading) {
        assertThat(blocks).as("blocks below " + heading).hasNext();
        Block block = blocks.next();
        assertThat(block.heading()).isEqualTo(heading);
        return block;
    }

    private static List<Block> blocks() throws IOException {
        List<Block> found = new ArrayList<>();
        String heading = "";
        for (Matcher part = PART.matcher(section()); part.find(); ) {
            if (part.group(1) != null) {
                heading = part.group(1);
            } else {
                found.add(new Block(heading, part.group(2), Objects.requireNonNullElse(part.group(3), "")));
            }
        }
        return found;
    }

    private static String section() throws IOException {
        Matcher section = SECTION.matcher(Files.readString(Program.ROOT.resolve("docs/security.md")));
        assertThat(section.find()).isTrue();
        return section.group(1);
    }

    private void executable(String name, String content) throws IOException {
        Path file = Files.writeString(
                Files.createDirectories(dir.resolve("release")).resolve(name), content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Collects the command lines of all processes of the machine. */
    private static final class CommandLines implements AutoCloseable {

        private static final long PAUSE_NANOS = 5_000_000;

        private final Set<String> seen = ConcurrentHashMap.newKeySet();
        private final Thread watcher = new Thread(this::run, "command-lines");
        private volatile boolean ended;

        static CommandLines watch() {
            CommandLines lines = new CommandLines();
            lines.watcher.setDaemon(true);
            lines.watcher.start();
            return lines;
        }

        Set<String> seen() {
            return Set.copyOf(seen);
        }

        private void run() {
            while (!ended) {
                try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
                    processes.map(process -> process.resolve("cmdline")).forEach(this::look);
                } catch (IOException | UncheckedIOException e) {
                    // Processes end while they are looked at.
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }

        private void look(Path commandLine) {
            try {
                seen.add(Files.readString(commandLine, StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                // No process, or one that has ended.
            }
        }

        @Override
        public void close() {
            ended = true;
        }
    }
}
