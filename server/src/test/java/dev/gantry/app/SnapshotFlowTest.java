package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.cli.CliContext;
import dev.gantry.cli.Console;
import dev.gantry.cli.GantryCli;
import dev.gantry.client.GantryClient;
import dev.gantry.client.GantryException;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.ListAllocationsRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests snapshots of a server. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SnapshotFlowTest {

    @RegisterExtension
    private final TestServer server = TestServer.extension();

    @TempDir
    Path dir;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void commands_save_inspect_and_restore_a_snapshot() throws Exception {
        server.jobs().submitJob(TestJobs.submit(TestJobs.job("web", "dc1")));
        Path file = dir.resolve("backup.snap");

        assertThat(run("operator", "snapshot", "save", file.toString())).isZero();

        assertThat(out.toString(StandardCharsets.UTF_8)).containsPattern("Rows of job += 1\\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(dir).isDirectoryNotContaining("glob:**.part");
        String saved = out.toString(StandardCharsets.UTF_8);
        out.reset();
        assertThat(run("operator", "snapshot", "inspect", file.toString())).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(saved);
        out.reset();
        Path target = dir.resolve("restored");
        assertThat(run("operator", "snapshot", "restore", "--data-dir", target.toString(), file.toString()))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("gantry node rejoin");
        try (TestServer restored = TestServer.start(target)) {
            assertThat(restored.jobs()
                            .getJob(GetJobRequest.newBuilder().setJobId("web").build())
                            .getJob()
                            .getJob()
                            .getId())
                    .isEqualTo("web");
        }
    }

    @Test
    void a_what_if_of_a_snapshot_tells_what_the_server_told() throws Exception {
        List<FakeNode> nodes = List.of(joined("a"), joined("b"));
        try {
            server.jobs().submitJob(TestJobs.submit(TestJobs.counted("web", "dc1", 4)));
            eventually()
                    .untilAsserted(() -> assertThat(server.allocations()
                                    .listAllocations(ListAllocationsRequest.getDefaultInstance())
                                    .getAllocationsList())
                            .hasSize(4)
                            .allMatch(one -> one.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING));
            Path file = dir.resolve("backup.snap");
            String[] question = {"what-if", "--drain", "a", "--count", "web/web=5", "--fit", "web/web"};
            assertThat(run("operator", "snapshot", "save", file.toString())).isZero();
            out.reset();
            assertThat(run(question)).isZero();
            String told = out.toString(StandardCharsets.UTF_8);
            out.reset();

            assertThat(run(with(question, "--snapshot", file.toString()))).isZero();

            assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(told).contains("web/web  ", "  a     b   ");
            assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
        } finally {
            nodes.forEach(FakeNode::close);
        }
    }

    @Test
    void a_what_if_of_a_snapshot_calls_no_server_and_names_what_is_wrong() throws Exception {
        Path file = dir.resolve("backup.snap");
        Path notes = Files.writeString(dir.resolve("notes.txt"), "no snapshot");
        Path job = Files.writeString(dir.resolve("bad.hcl"), "job \"bad\" {\n  priority = 10\n}\n");
        assertThat(run("operator", "snapshot", "save", file.toString())).isZero();
        assertThat(runAt("127.0.0.1:1", "what-if", "--snapshot", file.toString(), "--drain", "nowhere"))
                .isEqualTo(1);
        assertThat(runAt("127.0.0.1:1", "what-if", "--snapshot", file.toString(), "--stop", "nothing"))
                .isEqualTo(1);
        assertThat(runAt("127.0.0.1:1", "what-if", "--snapshot", file.toString(), "--drain", "class=none"))
                .isEqualTo(1);
        assertThat(runAt("127.0.0.1:1", "what-if", "--snapshot", file.toString(), "--job", job.toString()))
                .isEqualTo(1);
        assertThat(runAt("127.0.0.1:1", "what-if", "--snapshot", notes.toString()))
                .isEqualTo(1);
        assertThat(runAt("127.0.0.1:1", "what-if", "--preemption", "system")).isEqualTo(2);

        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("error: No node \"nowhere\"", "error: No job \"nothing\"")
                .contains("error: --drain: no node has \"none\"")
                .contains("error: " + job + ":1:1: ", "a job has at least one group")
                .contains("error: " + notes + " is no snapshot of Gantry")
                .contains("--placement and --preemption are for --snapshot");
    }

    private FakeNode joined(String name) throws IOException {
        FakeNode node = FakeNode.in("dc1", name).withRkt("1.1.0").runningTasks();
        node.connect(server.channel(), node.headers(Optional.empty()));
        return node;
    }

    private static String[] with(String[] arguments, String... more) {
        return Stream.concat(Arrays.stream(arguments), Arrays.stream(more)).toArray(String[]::new);
    }

    @Test
    void a_snapshot_replaces_regular_files_only() throws Exception {
        Path old = Files.writeString(dir.resolve("old"), "old");
        Path link = Files.createSymbolicLink(dir.resolve("link"), old);
        Path directory = Files.createDirectory(dir.resolve("directory"));

        assertThat(run("operator", "snapshot", "save", link.toString())).isZero();
        assertThat(run("operator", "snapshot", "save", directory.toString())).isEqualTo(1);

        assertThat(link).isSymbolicLink();
        assertThat(Files.size(old)).isGreaterThan(100);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("error: %s is no regular file: choose another name%n".formatted(directory));
        assertThat(directory).isEmptyDirectory();
        assertThat(dir).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void a_file_that_is_no_snapshot_is_named_with_what_is_wrong() throws Exception {
        Path file = Files.writeString(dir.resolve("notes.txt"), "no snapshot");

        assertThat(run("operator", "snapshot", "inspect", file.toString())).isEqualTo(1);
        assertThat(run(
                        "operator",
                        "snapshot",
                        "restore",
                        "--data-dir",
                        dir.resolve("x").toString(),
                        file.toString()))
                .isEqualTo(1);

        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo(
                        "error: %1$s is no snapshot of Gantry%nerror: %1$s is no snapshot of Gantry. Nothing was restored%n"
                                .formatted(file));
    }

    @Test
    void one_snapshot_is_saved_at_a_time_and_who_does_not_read_is_cut_off() throws IOException {
        for (int i = 0; i < 120; i++) {
            byte[] noise = new byte[60_000];
            new Random(i).nextBytes(noise);
            server.jobs()
                    .submitJob(TestJobs.submit(TestJobs.job("web-" + i, "dc1").toBuilder()
                            .putMeta(
                                    "noise",
                                    new String(noise, StandardCharsets.ISO_8859_1).replaceAll("\\p{Cntrl}", "x"))
                            .build()));
        }
        try (GantryClient client = client();
                InputStream first = client.snapshot()) {
            assertThat(first.read()).isPositive();
            try (InputStream second = client.snapshot()) {
                assertThatThrownBy(second::read)
                        .isInstanceOf(GantryException.class)
                        .hasMessageContaining("Another snapshot is being saved");
            }

            eventually().ignoreExceptions().untilAsserted(() -> {
                // Again: the server still sends, until nothing more fits between it and the client.
                server.pass(Duration.ofMinutes(2));
                try (InputStream third = client.snapshot()) {
                    assertThat(third.readAllBytes()).isNotEmpty();
                }
            });
            assertThatThrownBy(first::readAllBytes).isInstanceOf(GantryException.class);
        }
    }

    private GantryClient client() {
        return GantryClient.builder()
                .address(HostPort.format(server.server().address()))
                .build();
    }

    private int run(String... arguments) {
        return runAt(HostPort.format(server.server().address()), arguments);
    }

    private int runAt(String address, String... arguments) {
        Console console = new Console(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        Map<String, String> environment = Map.of("GANTRY_ADDR", address);
        CliContext context = new CliContext(console, environment, InstantSource.system(), System::nanoTime);
        return new GantryCli(context, () -> List.of("test"), Gantry.programs(), new SnapshotWhatIf()).run(arguments);
    }
}
