package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.audit.AuditOptions;
import dev.gantry.v1.AuditState;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.GetStatusResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private GetStatusResponse status() {
        return server.cluster().getStatus(GetStatusRequest.getDefaultInstance());
    }
}
