package dev.gantry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.e2e.Program.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The way of a secret from the command line to a task, with real processes and a pod, and the places where it is not. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class VariablesIT {

    private static final Duration SOON = Duration.ofSeconds(60);

    /** The task prints both halves, each in a line of its own, so that its log does not have the whole. */
    private static final String SECRET = "Zq7VtR1p-9wKxN4sLbE";

    private static final String PEM = "-----BEGIN KEY-----\nMDq7VtR1p9wKxN4sLbE0\n-----END KEY-----\n";

    private static final String JOB = """
            job "vault" {
              type = "service"

              group "group" {
                task "task" {
                  driver = "rkt"

                  config {
                    image   = "%s"
                    command = "/bin/sh"
                    args    = ["-c", "echo one ${DB%%%%-*}; echo two ${DB#*-}; echo $OPEN; echo $PEM | wc -w; exec sleep 600"]
                    net     = ["host"]
                  }

                  env {
                    DB   = "${var.jobs/vault.db}"
                    PEM  = "${var.jobs/vault/tls.pem}"
                    OPEN = "open"
                  }
                }
              }
            }
            """;

    @TempDir
    Path dir;

    /** Holds the files that the test makes. Gantry and the pod make all other files of {@link #dir}. */
    @TempDir
    Path inputs;

    private HostRkt rkt;
    private LongRunning server;
    private LongRunning node;
    private String address;

    @BeforeEach
    void startCluster() throws Exception {
        Assumptions.assumeThat(System.getProperty("user.name"))
                .as("rkt starts pods as root only, so this test has to be root")
                .isEqualTo("root");
        Outcome built = Program.run(new ProcessBuilder(
                Program.ROOT.resolve("docs/examples/make-aci.sh").toString(),
                inputs.resolve("hello.aci").toString()));
        assertThat(built).isEqualTo(new Outcome(0, ""));
        rkt = HostRkt.in(dir);
        server = LongRunning.start(
                dir.resolve("server.log"),
                "server",
                "--data-dir",
                dir.resolve("server").toString(),
                "--listen",
                "127.0.0.1:0");
        address = server.await("is ready at (\\S+)");
        node = startNode();
    }

    @AfterEach
    void stopCluster() throws Exception {
        // Stop the node first, so that it does not recover the remaining task of a failed test.
        node.close();
        server.close();
        rkt.clear();
    }

    @Test
    void a_secret_reaches_the_task_and_is_nowhere_else() throws Exception {
        Path file = Files.writeString(inputs.resolve("vault.hcl"), JOB.formatted(inputs.resolve("hello.aci")));
        try (CommandLines commandLines = CommandLines.watch()) {
            assertThat(gantry(Files.writeString(inputs.resolve("secret"), SECRET), "var", "put", "jobs/vault", "db=-"))
                    .satisfies(VariablesIT::isDone);
            assertThat(gantry("job", "run", "--detach", file.toString())).satisfies(VariablesIT::isDone);
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(
                                    gantry("alloc", "status", allocation()).output())
                            .contains("Waiting for variable \"jobs/vault/tls\" key \"pem\""));

            Path pem = Files.writeString(inputs.resolve("pem"), PEM);
            assertThat(gantry("var", "put", "jobs/vault/tls", "pem=@" + pem)).satisfies(VariablesIT::isDone);
            String allocation = allocation();
            await().atMost(SOON)
                    .untilAsserted(
                            () -> assertThat(gantry("alloc", "logs", allocation).output())
                                    .isEqualTo("one Zq7VtR1p\ntwo 9wKxN4sLbE\nopen\n5\n"));

            List<Outcome> said = List.of(
                    gantry("job", "status", "vault"),
                    gantry("job", "status", "--json", "vault"),
                    gantry("job", "history", "--json", "vault"),
                    gantry("job", "plan", file.toString()),
                    gantry("alloc", "status", "--json", allocation),
                    gantry("node", "status", "--json", "one"),
                    gantry("var", "list", "--json"));
            assertThat(said).allSatisfy(outcome -> {
                isDone(outcome);
                assertThat(outcome.output()).doesNotContain(SECRET).doesNotContain("MDq7VtR1p");
            });
            assertThat(said.get(1).output()).contains("${var.jobs/vault.db}");
            assertThat(commandLines.found()).isEmpty();
            assertThat(gantry("var", "get", "--item", "db", "jobs/vault").output())
                    .isEqualTo(SECRET + "\n");
        }

        // The pod has its environment in its own files, which only root may reach.
        Path pods = dir.resolve("pods/pods");
        assertThat(filesWithSecrets(dir)).isNotEmpty().allMatch(found -> found.startsWith(pods));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(pods)))
                .endsWith("------");

        // A node that is killed finds the task again, and asks for nothing.
        String before = allocation();
        node.kill();
        node = startNode();
        assertThat(gantry("job", "stop", "vault")).satisfies(VariablesIT::isDone);
        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(gantry("alloc", "status", before).output()).containsPattern("Status += complete"));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(filesWithSecrets(dir)).isEmpty());
    }

    private LongRunning startNode() {
        LongRunning started = LongRunning.start(
                dir.resolve("node.log"),
                "node",
                "--servers",
                address,
                "--name",
                "one",
                "--ip",
                "127.0.0.1",
                "--data-dir",
                dir.resolve("node").toString(),
                "--join-token-file",
                dir.resolve("server/server/join.token").toString(),
                "--rkt",
                rkt.executable().toString());
        started.await("is ready");
        return started;
    }

    /** Returns the id of the only allocation. */
    private String allocation() throws InterruptedException {
        Outcome status = gantry("job", "status", "--json", "vault");
        Matcher id = Pattern.compile("\"id\": \"([0-9a-f]{8}-[0-9a-f-]+)\"[^}]*\"name\": \"vault\\.group")
                .matcher(status.output());
        assertThat(id.find()).as(status.output()).isTrue();
        return id.group(1);
    }

    private Outcome gantry(String... arguments) throws InterruptedException {
        return Program.run(builder(arguments));
    }

    /** Runs a command that reads a file on standard input. */
    private Outcome gantry(Path input, String... arguments) throws InterruptedException {
        return Program.run(builder(arguments).redirectInput(input.toFile()));
    }

    private ProcessBuilder builder(String... arguments) {
        ProcessBuilder builder = new ProcessBuilder(Program.command(arguments));
        builder.environment().put("GANTRY_ADDR", address);
        builder.environment()
                .put(
                        "GANTRY_TOKEN_FILE",
                        dir.resolve("server/server/management.token").toString());
        return builder;
    }

    private static void isDone(Outcome outcome) {
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    }

    private static List<Path> filesWithSecrets(Path directory) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> all = Files.find(directory, 50, (path, attributes) -> attributes.isRegularFile())) {
            for (Path file : all.toList()) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                if (content.contains(SECRET) || content.contains("MDq7VtR1p")) {
                    found.add(file);
                }
            }
        }
        return found;
    }

    /** Looks at the command lines of all processes, again and again. */
    private static final class CommandLines implements AutoCloseable {

        private final ConcurrentLinkedQueue<String> found = new ConcurrentLinkedQueue<>();
        private final Thread watcher = new Thread(this::run, "command-lines");
        private volatile boolean ended;

        static CommandLines watch() {
            CommandLines lines = new CommandLines();
            lines.watcher.setDaemon(true);
            lines.watcher.start();
            return lines;
        }

        /** The command lines that had a secret. */
        List<String> found() {
            return List.copyOf(found);
        }

        private void run() {
            while (!ended) {
                try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
                    processes.map(process -> process.resolve("cmdline")).forEach(this::look);
                } catch (IOException | UncheckedIOException e) {
                    // Processes end while they are looked at.
                }
                LockSupport.parkNanos(2_000_000);
            }
        }

        private void look(Path commandLine) {
            try {
                String line = Files.readString(commandLine, StandardCharsets.ISO_8859_1);
                if (line.contains(SECRET) || line.contains("MDq7VtR1p")) {
                    found.add(line);
                }
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
