package dev.gantry.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.gantry.audit.AuditLine.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AuditLogTest {

    private static final long LARGE = 1 << 20;

    @TempDir
    private Path dir;

    private Path file() {
        return dir.resolve("audit.log");
    }

    private AuditLog open(long maxBytes, int maxFiles) {
        return open(new AuditOptions(file(), maxBytes, maxFiles, false, false));
    }

    private static AuditLog open(AuditOptions options) {
        return AuditLog.open(options, InstantSource.system());
    }

    private static AuditLine line(String callId) {
        return new AuditLine(Instant.EPOCH, Stage.ENDED).call(callId, "a.Service/Method");
    }

    private static void write(AuditLog log, String callId) {
        log.append(line(callId)).orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static List<String> callIds(Path file) throws IOException {
        List<String> ids = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            JsonObject json = JsonParser.parseString(line).getAsJsonObject();
            ids.add(
                    json.has("call_id")
                            ? json.get("call_id").getAsString()
                            : json.get("stage").getAsString());
        }
        return ids;
    }

    @Test
    void lines_are_in_the_file_in_their_order_when_they_are_confirmed() throws IOException {
        try (AuditLog log = open(LARGE, 2)) {
            write(log, "1");
            write(log, "2");

            assertThat(callIds(file())).containsExactly("1", "2");
        }
    }

    @Test
    void lines_that_wait_when_the_log_is_closed_are_written() throws IOException {
        AuditLog log = open(LARGE, 2);
        for (int i = 0; i < 1000; i++) {
            var unused = log.append(line("line"));
        }
        log.close();

        assertThat(callIds(file())).hasSize(1000);
        assertThat(log.append(line("late"))).isCompletedExceptionally();
    }

    @Test
    void only_the_owner_can_read_the_file() throws IOException {
        Files.createFile(file());
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--r--"));
        try (AuditLog log = open(150, 3)) {
            write(log, "1");
            write(log, "2");

            for (Path each : List.of(file(), dir.resolve("audit.log.1"))) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void a_full_file_is_renamed_and_the_oldest_one_is_deleted() throws IOException {
        try (AuditLog log = open(150, 3)) {
            for (int i = 1; i <= 5; i++) {
                write(log, Integer.toString(i));
            }
        }

        assertThat(callIds(file())).containsExactly("5");
        assertThat(callIds(dir.resolve("audit.log.1"))).containsExactly("4");
        assertThat(callIds(dir.resolve("audit.log.2"))).containsExactly("3");
        assertThat(dir.resolve("audit.log.3")).doesNotExist();
    }

    @Test
    void files_beyond_a_lowered_limit_are_deleted() throws IOException {
        try (AuditLog log = open(150, 4)) {
            for (int i = 1; i <= 4; i++) {
                write(log, Integer.toString(i));
            }
        }
        try (AuditLog log = open(150, 1)) {
            write(log, "5");
        }

        assertThat(callIds(file())).containsExactly("5");
        try (var files = Files.list(dir)) {
            assertThat(files).containsExactly(file());
        }
    }

    @Test
    void a_line_that_a_crash_has_left_incomplete_is_cut_off() throws IOException {
        try (AuditLog log = open(LARGE, 2)) {
            write(log, "1");
        }
        Files.writeString(file(), "{\"time\":\"2026-", StandardOpenOption.APPEND);

        try (AuditLog log = open(LARGE, 2)) {
            write(log, "2");
        }

        assertThat(callIds(file())).containsExactly("1", "2");
    }

    @Test
    void a_file_that_is_no_audit_log_is_left_as_it_is() throws IOException {
        Files.writeString(file(), "root:x:0:0");

        assertThatThrownBy(() -> open(LARGE, 2))
                .isInstanceOf(AuditException.class)
                .hasMessageContaining("no audit log")
                .hasMessageContaining("--audit-log");
        assertThat(file()).content().isEqualTo("root:x:0:0");
    }

    @Test
    void a_file_that_another_server_writes_is_refused() {
        try (AuditLog first = open(LARGE, 2)) {
            assertThat(first.state().fault()).isEmpty();
            assertThatThrownBy(() -> open(LARGE, 2))
                    .isInstanceOf(AuditException.class)
                    .hasMessageContaining("Another server writes");
        }
    }

    @Test
    void a_file_that_was_moved_away_is_begun_anew() throws IOException {
        try (AuditLog log = open(LARGE, 2)) {
            write(log, "1");
            Files.move(file(), dir.resolve("away"));
            write(log, "2");
        }

        assertThat(callIds(dir.resolve("away"))).containsExactly("1");
        assertThat(callIds(file())).containsExactly("2");
    }

    @Test
    void lines_that_could_not_be_written_are_counted_and_the_file_says_how_many_once_it_can_be_written()
            throws IOException {
        Path away = dir.resolveSibling(dir.getFileName() + "-away");
        try (AuditLog log = open(LARGE, 2)) {
            write(log, "1");
            Files.move(dir, away);
            CompletableFuture<Void> lost = log.append(line("2"));

            assertThat(lost)
                    .failsWithin(Duration.ofSeconds(20))
                    .withThrowableThat()
                    .withCauseInstanceOf(AuditException.class);
            assertThat(log.state().lost()).isEqualTo(1);
            assertThat(log.state().fault()).isPresent();

            Files.move(away, dir);
            write(log, "3");

            assertThat(log.state()).isEqualTo(new AuditLog.State(Optional.empty(), 1));
        }
        assertThat(callIds(file())).containsExactly("1", "gap", "3");
        assertThat(Files.readString(file())).contains("\"lost\":1");
    }

    @Test
    void values_can_neither_break_lines_nor_make_them_long() throws IOException {
        try (AuditLog log = open(LARGE, 2)) {
            AuditLine hostile = line("1")
                    .object(Map.of("job_id", "\n\u2028\u0000\"}".repeat(10_000)))
                    .requestId("\ud800".repeat(10_000))
                    .outcome("OK", "\u0001".repeat(10_000), Duration.ofMillis(5));
            log.append(hostile).orTimeout(20, TimeUnit.SECONDS).join();
            write(log, "2");
        }

        assertThat(callIds(file())).containsExactly("1", "2");
        assertThat(Files.size(file())).isLessThan(AuditLine.LONGEST);
    }
}
