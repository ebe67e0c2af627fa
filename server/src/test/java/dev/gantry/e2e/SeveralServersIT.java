package dev.gantry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.e2e.Program.Outcome;
import dev.gantry.store.PostgresAddress;
import dev.gantry.store.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three servers that share a PostgreSQL, and a node: real processes, with TLS and tokens, as docs/operations.md starts them. */
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class SeveralServersIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final String JOB = """
            job "%s" {
              datacenters = ["dc1"]
              group "g" {
                task "t" {
                  driver = "rkt"
                  config { image = "example.com/none" }
                }
              }
            }
            """;

    @TempDir
    Path dir;

    private final Map<String, LongRunning> servers = new LinkedHashMap<>();
    private final Map<String, String> addresses = new LinkedHashMap<>();
    private final List<LongRunning> others = new ArrayList<>();

    @BeforeEach
    void makeCertificates() throws Exception {
        run("tls", "ca", "create");
        run("tls", "cert", "create", "--server", "--ip", "127.0.0.1");
        run("tls", "cert", "create", "--node", "n1");
    }

    @AfterEach
    void stopAll() {
        others.forEach(LongRunning::close);
        servers.values().forEach(LongRunning::close);
    }

    @Test
    void the_loss_and_the_pause_of_a_leader_lose_nothing_and_stop_nobody() throws Exception {
        start("one");
        Files.copy(keyring("one"), copyFor("two"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.copy(keyring("one"), copyFor("three"), StandardCopyOption.COPY_ATTRIBUTES);
        start("two");
        start("three");
        startNode(addresses.get("three"));
        submit("before", addresses.get("two"));

        String first = leader();
        assertThat(first).isEqualTo("one");
        servers.get(first).kill();
        submit("after-the-kill", all());

        String second = leader();
        assertThat(second).isNotEqualTo(first);
        servers.get(second).signal("STOP");
        String third = second.equals("two") ? "three" : "two";
        await().atMost(PATIENCE).untilAsserted(() -> submit("after-the-pause", addresses.get(third)));
        servers.get(second).signal("CONT");

        await().atMost(PATIENCE).untilAsserted(() -> submit("over-the-paused", addresses.get(second)));
        assertThat(leader()).isEqualTo(third);
        assertThat(gantry(all(), "job", "status").output())
                .contains("before", "after-the-kill", "after-the-pause", "over-the-paused");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(gantry(all(), "node", "status").output())
                        .contains("n1")
                        .contains("ready"));
        // The node stays with the paused leader until that one finds out that it leads no more.
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(servers.get(third).log()).contains("Node n1"));
    }

    private void submit(String job, String address) throws Exception {
        Path file = Files.writeString(dir.resolve(job + ".hcl"), JOB.formatted(job));
        Outcome outcome = gantry(address, "job", "run", "--detach", file.toString());
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    }

    private String leader() throws Exception {
        String members = gantry(all(), "server", "members", "-t", "{{range .}}{{if .leader}}{{.address}}{{end}}{{end}}")
                .output()
                .strip();
        return addresses.entrySet().stream()
                .filter(entry -> members.equals(entry.getValue()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new AssertionError(members));
    }

    private String all() {
        return String.join(",", addresses.values());
    }

    private void start(String name) throws IOException {
        PostgresAddress database =
                TestDatabase.POSTGRESQL.options(dir).postgres().orElseThrow();
        String address = "127.0.0.1:" + freePort();
        addresses.put(name, address);
        ProcessBuilder builder = new ProcessBuilder(Program.command(
                "server",
                "--data-dir",
                dir.resolve(name).toString(),
                "--listen",
                address,
                "--tls-cert",
                file("server.crt"),
                "--tls-key",
                file("server.key"),
                "--tls-ca",
                file("ca.crt"),
                "--db",
                database.url(),
                "--db-user",
                database.user().orElseThrow()));
        environment(builder).put("GANTRY_DB_PASSWORD", database.password().orElseThrow());
        LongRunning server = LongRunning.start(dir.resolve(name + ".log"), builder);
        servers.put(name, server);
        server.await("is ready at (\\S+)");
    }

    private void startNode(String server) {
        ProcessBuilder builder = new ProcessBuilder(Program.command(
                "node",
                "--data-dir",
                dir.resolve("node").toString(),
                "--name",
                "n1",
                "--servers",
                server,
                "--ca-file",
                file("ca.crt"),
                "--cert-file",
                file("node-n1.crt"),
                "--key-file",
                file("node-n1.key"),
                "--join-token-file",
                dir.resolve("one/server/join.token").toString()));
        environment(builder);
        LongRunning node = LongRunning.start(dir.resolve("node.log"), builder);
        others.add(node);
        node.await("Connected to server " + addresses.get("one"));
    }

    private Path keyring(String server) {
        return dir.resolve(server).resolve("server/keyring/variables.json");
    }

    private Path copyFor(String server) throws IOException {
        Files.createDirectories(keyring(server).getParent());
        return keyring(server);
    }

    private String file(String name) {
        return dir.resolve(name).toString();
    }

    private Outcome gantry(String address, String... command) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "--address",
                address,
                "--ca-file",
                file("ca.crt"),
                "--token-file",
                dir.resolve("one/server/management.token").toString()));
        arguments.addAll(List.of(command));
        return run(arguments.toArray(String[]::new));
    }

    private Outcome run(String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(Program.command(arguments)).directory(dir.toFile());
        environment(builder);
        return Program.run(builder);
    }

    private Map<String, String> environment(ProcessBuilder builder) {
        builder.environment().put("HOME", dir.toString());
        builder.environment().put("XDG_CONFIG_HOME", dir.resolve("config").toString());
        return builder.environment();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
