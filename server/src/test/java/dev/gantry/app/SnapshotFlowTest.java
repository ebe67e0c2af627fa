package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.cli.CliContext;
import dev.gantry.cli.Console;
import dev.gantry.cli.GantryCli;
import dev.gantry.client.GantryClient;
import dev.gantry.client.GantryException;
import dev.gantry.v1.GetJobRequest;
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
import java.util.List;
import java.util.Map;
import java.util.Random;
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
        Console console = new Console(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        Map<String, String> environment =
                Map.of("GANTRY_ADDR", HostPort.format(server.server().address()));
        CliContext context = new CliContext(console, environment, InstantSource.system(), System::nanoTime);
        return new GantryCli(context, () -> List.of("test"), Gantry.programs()).run(arguments);
    }
}
