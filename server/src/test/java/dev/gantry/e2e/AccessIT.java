package dev.gantry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.e2e.Program.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who gets into a server that was started as a user starts it: with real processes, files and users. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class AccessIT {

    private static final String NOBODY = "65534";

    @TempDir
    Path dir;

    private Path home;
    private LongRunning server;
    private String address;

    @BeforeEach
    void startServer() throws IOException {
        // Other users must be able to come as far as the files that they may not read.
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
        home = Files.createDirectory(dir.resolve("home"));
        start("127.0.0.1:0");
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    @Test
    void the_first_start_leaves_tokens_for_its_user_who_gets_in_without_saying_anything() throws Exception {
        Path copies = home.resolve(".config/gantry/local/" + port());
        for (Path directory : List.of(dir.resolve("data/server"), copies)) {
            for (String name : List.of("management.token", "join.token")) {
                assertThat(mode(directory.resolve(name))).isEqualTo("rw-------");
            }
        }
        assertThat(mode(copies)).isEqualTo("rwx------");
        assertThat(server.log()).doesNotContain(secret());

        assertThat(gantry("status")).satisfies(AccessIT::isDone);
        Outcome stranger = run(home("elsewhere"), "status", "--address", address);
        assertThat(stranger.exitCode()).isEqualTo(1);
        assertThat(stranger.output())
                .startsWith("error: This call needs a token")
                .contains("--token-file FILE");
        assertThat(run(home("elsewhere"), "status", "--address", address, "--token-file", tokenFile()))
                .satisfies(AccessIT::isDone);
        assertThat(run(List.of("env", "HOME=" + dir.resolve("elsewhere"), "GANTRY_TOKEN=" + secret()), "status"))
                .satisfies(AccessIT::isDone);

        assertThat(server.terminate()).isZero();
        assertThat(copies).isEmptyDirectory();
        start(address);
        assertThat(gantry("status")).satisfies(AccessIT::isDone);
    }

    @Test
    void a_server_that_made_its_own_certificate_is_called_by_its_user_without_an_option() throws Exception {
        assertThat(server.terminate()).isZero();
        start("127.0.0.1:0", "--tls");
        Path copy = home.resolve(".config/gantry/local/" + port() + "/ca.crt");
        assertThat(copy).hasSameTextualContentAs(dir.resolve("data/server/tls/ca.crt"));

        assertThat(gantry("status")).satisfies(AccessIT::isDone);
        Outcome plain = run(home("elsewhere"), "status", "--address", address, "--token-file", tokenFile());
        assertThat(plain.exitCode()).as(plain.output()).isEqualTo(1);

        try (LongRunning dev = LongRunning.start(
                dir.resolve("dev.log"),
                in(home("dev"), "dev", "--tls", "--listen", "127.0.0.1:0", "--ip", "127.0.0.1"))) {
            dev.await("Connected to server");
        }

        assertThat(server.terminate()).isZero();
        assertThat(copy).doesNotExist();
        start(address);
        assertThat(gantry("status")).satisfies(AccessIT::isDone);
    }

    @Test
    void an_insecure_server_deletes_what_a_killed_one_with_tls_has_left_at_its_port() throws Exception {
        assertThat(server.terminate()).isZero();
        start("127.0.0.1:0", "--tls");
        Path copies = home.resolve(".config/gantry/local/" + port());
        server.kill();
        assertThat(copies.resolve("ca.crt")).exists();

        start(address, "--insecure");

        assertThat(copies).isEmptyDirectory();
        assertThat(gantry("status")).satisfies(AccessIT::isDone);
    }

    @Test
    void another_user_of_the_machine_neither_gets_in_nor_gets_a_token_by_listening_at_the_port() throws Exception {
        assumeRoot();
        List<String> asNobody = List.of(
                "setpriv",
                "--reuid=" + NOBODY,
                "--regid=" + NOBODY,
                "--clear-groups",
                "env",
                "HOME=" + dir.resolve("home"));
        assumeReadable(asNobody);
        for (String name : List.of("management.token", "join.token")) {
            Path file = dir.resolve("data/server").resolve(name);
            assertThat(shell(asNobody, "cat", file.toString()).output()).contains("Permission denied");
        }
        Outcome status = shell(asNobody, command("status", "--address", address));
        assertThat(status.exitCode()).as(status.output()).isEqualTo(1);
        assertThat(status.output()).startsWith("error: This call needs a token");
        Files.createDirectories(dir.resolve("nobody"));
        Outcome bootstrap = shell(
                asNobody,
                command("acl", "bootstrap", "--data-dir", dir.resolve("data").toString(), "--address", address));
        assertThat(bootstrap.exitCode()).as(bootstrap.output()).isEqualTo(1);

        // The server is killed, its copies stay, and the other user listens where it was.
        Path copies = home.resolve(".config/gantry/local/" + port());
        server.kill();
        assertThat(copies.resolve("management.token")).exists();
        Path heard = Files.createFile(dir.resolve("heard"));
        Files.setPosixFilePermissions(heard, PosixFilePermissions.fromString("rw-rw-rw-"));
        List<String> listening = new ArrayList<>(asNobody);
        listening.addAll(List.of("perl", "-MIO::Socket::INET", "-e", """
                my $s = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', LocalPort => %s, ReuseAddr => 1)
                    or die "can't listen: $!";
                open(my $out, '>>', '%s'); $out->autoflush(1); print $out "listening\\n";
                while (my $c = $s->accept) { sysread($c, my $b, 65536); print $out $b; close $c; }
                """.formatted(port(), heard)));
        try (LongRunning thief = LongRunning.start(dir.resolve("thief.log"), new ProcessBuilder(listening))) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> Files.readString(heard).contains("listening"));

            Outcome refused = gantry("status");

            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.output()).contains("user 65534 listens at " + address, "your token is not sent there");
            assertThat(thief.log()).as("what kept it from listening").isEmpty();
            try (LongRunning node = startNode(home(), "own")) {
                node.await("does not connect to server .*: user 65534 listens there");
                assertThat(node.log()).contains("--server-user USER");
            }
            assertThat(Files.readString(heard)).doesNotContain("authorization", "gantry_", "gantry-node");
            // Whoever is trusted by name is spoken to: so the socket does hear what is sent.
            try (LongRunning node = startNode(home(), "own", "--server-user", NOBODY)) {
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> Files.readString(heard).contains("PRI * HTTP/2.0"));
                assertThat(node.log()).doesNotContain("listens there");
            }
        }
    }

    @Test
    void who_has_the_data_directory_gets_a_new_management_token_when_all_are_lost() throws Exception {
        String lost = secret();
        Files.delete(dir.resolve("data/server/management.token"));
        Files.delete(home.resolve(".config/gantry/local/" + port() + "/management.token"));
        assertThat(gantry("status").exitCode()).isEqualTo(1);

        Outcome made =
                gantry("acl", "bootstrap", "--data-dir", dir.resolve("data").toString());

        assertThat(made.exitCode()).as(made.output()).isZero();
        assertThat(made.output())
                .matches("Made management token [0-9a-f-]{36}; its secret is in %s\n"
                        .formatted(dir.resolve("data/server/management.token")));
        assertThat(secret()).isNotEqualTo(lost).startsWith("gantry_");
        assertThat(dir.resolve("data/server/bootstrap")).doesNotExist();
        assertThat(gantry("status")).satisfies(AccessIT::isDone);
    }

    @Test
    void a_node_of_the_servers_user_joins_by_itself_one_without_a_token_does_not_and_a_purged_one_joins_again()
            throws Exception {
        try (LongRunning alien = startNode(home("elsewhere"), "alien")) {
            alien.await("refuses this node: This server does not know node .* --join-token-file FILE");
        }
        try (LongRunning node = startNode(home(), "own")) {
            node.await("Connected to server");
        }
        // Killed or not: its own secret is enough from now on.
        try (LongRunning node = startNode(home("elsewhere"), "own")) {
            node.await("Connected to server");
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> gantry("node", "status").output().contains("down"));
        assertThat(gantry("node", "purge", "own")).satisfies(AccessIT::isDone);

        try (LongRunning node = startNode(home("elsewhere"), "own")) {
            node.await("refuses this node: This server does not know node");
        }
        try (LongRunning node = startNode(
                home("elsewhere"),
                "own",
                "--join-token-file",
                dir.resolve("data/server/join.token").toString())) {
            node.await("Connected to server");
        }
    }

    @Test
    void an_insecure_server_lets_everybody_in_and_says_so() throws Exception {
        server.close();
        Files.move(dir.resolve("server.log"), dir.resolve("first.log"));
        start("127.0.0.1:0", "--insecure");

        Outcome status = run(home("elsewhere"), "status", "--address", address);

        assertThat(status.exitCode()).as(status.output()).isZero();
        assertThat(status.output()).contains("= open to every user of this machine (--insecure)");
        assertThat(server.log()).contains("WARN").contains("asks for no tokens (--insecure)");
        Outcome beyond =
                run(home(), "server", "--data-dir", dir.resolve("x").toString(), "--insecure", "--listen", "0.0.0.0:0");
        assertThat(beyond.exitCode()).isEqualTo(2);
        assertThat(beyond.output()).contains("whoever reaches 0.0.0.0:0 could do everything: listen on loopback");
    }

    private void start(String listen, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "server", "--node-ttl", "1s", "--data-dir", dir.resolve("data").toString(), "--listen", listen));
        arguments.addAll(List.of(more));
        server = LongRunning.start(dir.resolve("server.log"), in(home(), arguments.toArray(String[]::new)));
        address = server.await("is ready at (\\S+)");
    }

    private LongRunning startNode(List<String> environment, String name, String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("node", "--servers", address, "--name", name, "--ip", "127.0.0.1", "--data-dir"));
        arguments.add(dir.resolve("node-" + name).toString());
        arguments.addAll(List.of(more));
        return LongRunning.start(dir.resolve(name + ".log"), in(environment, arguments.toArray(String[]::new)));
    }

    private Outcome gantry(String... arguments) throws InterruptedException {
        return run(home(), arguments);
    }

    private Outcome run(List<String> environment, String... arguments) throws InterruptedException {
        return Program.run(in(environment, arguments));
    }

    private ProcessBuilder in(List<String> environment, String... arguments) {
        List<String> command = new ArrayList<>(environment);
        command.addAll(Program.command(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        List.of("XDG_CONFIG_HOME", "GANTRY_TOKEN", "GANTRY_TOKEN_FILE", "GANTRY_JOIN_TOKEN")
                .forEach(builder.environment()::remove);
        if (address != null) {
            builder.environment().put("GANTRY_ADDR", address);
        }
        return builder;
    }

    private static Outcome shell(List<String> user, String... command) throws InterruptedException {
        List<String> all = new ArrayList<>(user);
        all.addAll(List.of(command));
        ProcessBuilder builder = new ProcessBuilder(all);
        builder.environment().remove("XDG_CONFIG_HOME");
        return Program.run(builder);
    }

    private static String[] command(String... arguments) {
        return Program.command(arguments).toArray(String[]::new);
    }

    private List<String> home() {
        return List.of("env", "HOME=" + home);
    }

    private List<String> home(String name) {
        return List.of("env", "HOME=" + dir.resolve(name));
    }

    private String port() {
        return address.substring(address.lastIndexOf(':') + 1);
    }

    private String tokenFile() {
        return dir.resolve("data/server/management.token").toString();
    }

    private String secret() throws IOException {
        return Files.readString(Path.of(tokenFile())).strip();
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static void isDone(Outcome outcome) {
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    }

    private static void assumeReadable(List<String> user) throws InterruptedException {
        Outcome version = shell(user, command("version"));
        Assumptions.assumeThat(version.exitCode())
                .as("the other user must be able to read this checkout and the Java: " + version.output())
                .isZero();
    }

    private static void assumeRoot() {
        Assumptions.assumeThat(System.getProperty("user.name"))
                .as("only root can become another user")
                .isEqualTo("root");
    }
}
