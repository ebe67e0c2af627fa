package dev.gantry.node.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.driver.TaskLog;
import dev.gantry.model.LogLimits;
import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.LogChunk;
import dev.gantry.v1.ReadLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogReaderTest {

    private static final com.google.protobuf.Duration AN_HOUR = ProtoTimes.toDuration(Duration.ofHours(1));
    private static final LogLimits LIMITS = new LogLimits(false, 10, 1);
    private static final int MIB = 1 << 20;

    @TempDir
    Path dir;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final LogReader reads = new LogReader(thread, InstantSource.system(), Duration.ofMillis(5));
    private final AtomicBoolean dead = new AtomicBoolean();
    private Path file;
    private Optional<String> whyNoFiles = Optional.empty();

    @BeforeEach
    void create() {
        file = dir.resolve("web.stdout.0");
    }

    @AfterEach
    void close() {
        reads.close();
        thread.shutdownNow();
    }

    @Test
    void existing_output_is_returned_at_once() throws Exception {
        Files.writeString(file, "one\ntwo\nthree\n");

        LogChunk chunk =
                get(ask(ReadLog.newBuilder().setRequestId(7).setTailLines(2).setWait(AN_HOUR)));

        assertThat(chunk.getRequestId()).isEqualTo(7);
        assertThat(chunk.getData().toStringUtf8()).isEqualTo("two\nthree\n");
        assertThat(chunk.getNextOffset()).isEqualTo(14);
        assertThat(chunk.getEnd()).isFalse();
    }

    @Test
    void pieces_are_64_kib_at_most_and_only_the_last_one_is_the_end() throws Exception {
        Files.writeString(file, "x".repeat(64 * 1024 + 1));
        dead.set(true);

        LogChunk first = get(ask(ReadLog.newBuilder().setOffset(0)));
        LogChunk second = get(ask(ReadLog.newBuilder().setOffset(first.getNextOffset())));

        assertThat(first.getData().size()).isEqualTo(64 * 1024);
        assertThat(first.getEnd()).isFalse();
        assertThat(second.getData().size()).isEqualTo(1);
        assertThat(second.getEnd()).isTrue();
    }

    @Test
    void a_follower_waits_until_the_task_writes() throws Exception {
        CompletableFuture<LogChunk> waiting =
                ask(ReadLog.newBuilder().setOffset(0).setWait(AN_HOUR));
        // The second read is answered first: the first one waits and blocks no other.
        get(ask(ReadLog.newBuilder().setOffset(0)));
        assertThat(waiting).isNotDone();

        Files.writeString(file, "hello\n");

        assertThat(get(waiting).getData().toStringUtf8()).isEqualTo("hello\n");
    }

    @Test
    void a_follower_of_the_tail_misses_no_output_while_it_waits() throws Exception {
        Files.writeString(file, "old\n");
        CompletableFuture<LogChunk> waiting =
                ask(ReadLog.newBuilder().setTailLines(0).setWait(AN_HOUR));
        get(ask(ReadLog.newBuilder().setOffset(0)));

        Files.writeString(file, "new\nnewer\n", StandardOpenOption.APPEND);

        assertThat(get(waiting).getData().toStringUtf8()).startsWith("new\n");
    }

    @Test
    void a_follower_learns_that_the_task_has_ended() throws Exception {
        CompletableFuture<LogChunk> waiting =
                ask(ReadLog.newBuilder().setOffset(0).setWait(AN_HOUR));

        dead.set(true);

        assertThat(get(waiting).getEnd()).isTrue();
    }

    @Test
    void a_read_of_deleted_output_begins_at_the_oldest_byte_and_names_its_offset() throws Exception {
        Files.write(dir.resolve("web.stdout.3"), new byte[MIB]);
        Files.writeString(dir.resolve("web.stdout.4"), "newest");

        LogChunk oldest = get(ask(ReadLog.newBuilder().setOffset(7)));
        LogChunk newest = get(ask(ReadLog.newBuilder().setOffset(4L * MIB + 3)));

        assertThat(oldest.getOffset()).isEqualTo(3L * MIB);
        assertThat(oldest.getNextOffset()).isEqualTo(3L * MIB + 64 * 1024);
        assertThat(newest.getOffset()).isEqualTo(4L * MIB + 3);
        assertThat(newest.getData().toStringUtf8()).isEqualTo("est");
    }

    @Test
    void a_log_whose_directory_is_gone_is_an_error_that_names_its_owner() throws Exception {
        Files.delete(dir);

        assertThat(get(ask(ReadLog.newBuilder())).getError())
                .isEqualTo("The output of task \"web\" is gone: there is no directory " + dir);
        assertThat(get(ask(ReadLog.newBuilder().setTailLines(3))).getError()).contains("is gone");
        Files.createDirectory(dir);
    }

    @Test
    void a_missing_file_is_an_error_with_its_reason_and_an_existing_one_is_read() throws Exception {
        whyNoFiles = Optional.of("it was never started");
        assertThat(get(ask(ReadLog.newBuilder())).getError()).isEqualTo("it was never started");

        Files.writeString(file, "started after all");

        assertThat(get(ask(ReadLog.newBuilder())).getData().toStringUtf8()).isEqualTo("started after all");
    }

    @Test
    void a_read_without_output_returns_an_empty_piece_at_its_deadline() throws Exception {
        LogChunk chunk =
                get(ask(ReadLog.newBuilder().setOffset(3).setWait(ProtoTimes.toDuration(Duration.ofMillis(1)))));

        assertThat(chunk.getData().isEmpty()).isTrue();
        assertThat(chunk.getNextOffset()).isEqualTo(3);
        assertThat(chunk.getEnd()).isFalse();
    }

    @Test
    void a_negative_position_is_refused() throws Exception {
        assertThat(get(ask(ReadLog.newBuilder().setOffset(-1))).getError()).contains("offset -1 is below 0");
        assertThat(get(ask(ReadLog.newBuilder().setTailLines(-2))).getError()).contains("tail_lines -2 is below 0");
    }

    @Test
    void an_unreadable_log_is_named() throws IOException, Exception {
        Files.createDirectory(file);

        assertThat(get(ask(ReadLog.newBuilder().setOffset(0))).getError()).contains(file.toString());
    }

    @Test
    void too_many_reads_at_once_are_refused_until_some_are_dropped() throws Exception {
        List<CompletableFuture<LogChunk>> waiting = IntStream.range(0, 512)
                .mapToObj(i -> ask(ReadLog.newBuilder().setOffset(0).setWait(AN_HOUR)))
                .toList();
        assertThat(get(ask(ReadLog.newBuilder().setOffset(0))).getError()).contains("512 logs already");

        reads.dropAll();
        thread.submit(() -> {}).get();

        assertThat(get(ask(ReadLog.newBuilder().setOffset(0))).getError()).isEmpty();
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
    }

    private CompletableFuture<LogChunk> ask(ReadLog.Builder question) {
        CompletableFuture<LogChunk> answer = new CompletableFuture<>();
        reads.read(
                question.build(),
                new LogSource(new TaskLog(dir, "web.stdout", LIMITS), dead::get, "task \"web\"", whyNoFiles),
                answer::complete);
        return answer;
    }

    private static LogChunk get(CompletableFuture<LogChunk> answer)
            throws InterruptedException, ExecutionException, TimeoutException {
        return answer.get(10, TimeUnit.SECONDS);
    }
}
