package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.gantry.audit.AuditLine;
import dev.gantry.audit.AuditLog;
import dev.gantry.audit.AuditOptions;
import dev.gantry.v1.AuditState;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.GetStatusResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests a server that records calls if it can. */
@Timeout(120)
class AuditFailureTest {

    @TempDir
    private Path dir;

    @RegisterExtension
    private final TestServer server = TestServer.extension()
            .recording(unused -> new AuditOptions(directory().resolve("calls.log"), 1 << 20, 4, false, false));

    private Path directory() {
        try {
            return Files.createDirectories(dir.resolve("audit"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void calls_that_cannot_be_recorded_are_handled_and_counted_and_the_status_says_so() throws IOException {
        assertThat(status().getAuditState()).isEqualTo(AuditState.AUDIT_STATE_RECORDING);
        Path away = dir.resolve("away");
        Files.move(directory(), away);

        var unused = server.jobs().submitJob(TestJobs.submit(TestJobs.job("web", "dc1")));
        GetStatusResponse failing =
                eventually().until(this::status, status -> status.getAuditState() == AuditState.AUDIT_STATE_FAILING);
        assertThat(failing.getAuditLinesLost()).isEqualTo(1);
        assertThat(failing.getJobs()).isEqualTo(1);

        Files.move(away, dir.resolve("audit"));
        var unusedToo = server.jobs().submitJob(TestJobs.submit(TestJobs.job("web2", "dc1")));
        eventually().until(() -> status().getAuditState() == AuditState.AUDIT_STATE_RECORDING);
        assertThat(Files.readString(directory().resolve("calls.log"))).contains("\"stage\":\"gap\"", "web2");
    }

    @Test
    void a_full_disk_leaves_whole_lines_and_the_log_goes_on_when_there_is_space() throws Exception {
        Path file = dir.resolve("disk").resolve("calls.log");
        try (SmallDisk disk = SmallDisk.mount(file.getParent(), 1);
                AuditLog log = AuditLog.open(new AuditOptions(file, 1 << 30, 2, true, true), InstantSource.system())) {
            disk.fill(100_000);
            while (write(log)) {
                assertThat(Files.size(file)).isLessThan(1 << 20);
            }

            assertThat(log.state().fault())
                    .hasValueSatisfying(why -> assertThat(why).contains("No space left"));
            assertWholeLines(file);

            disk.free();
            assertThat(write(log)).isTrue();
            assertWholeLines(file);
            assertThat(Files.readString(file)).contains("\"stage\":\"gap\"");
        }
    }

    private static boolean write(AuditLog log) {
        AuditLine line = new AuditLine(Instant.EPOCH, AuditLine.Stage.ENDED)
                .call("1", "a.Service/Method")
                .requestId("x".repeat(500));
        return log.append(line)
                .orTimeout(30, TimeUnit.SECONDS)
                .handle((done, failure) -> failure == null)
                .join();
    }

    private static void assertWholeLines(Path file) throws IOException {
        assertThat(Files.readString(file)).endsWith("}\n");
        assertThat(Files.readAllLines(file))
                .allMatch(line -> JsonParser.parseString(line).isJsonObject());
    }

    private GetStatusResponse status() {
        return server.cluster().getStatus(GetStatusRequest.getDefaultInstance());
    }
}
