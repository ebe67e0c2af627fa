package dev.gantry.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.gantry.files.FileTrees;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TaskLogTest {

    private static final int SMALL = 5;
    private static final int LARGE = 1 << 20;

    private Path directory;

    @BeforeEach
    @BeforeProperty
    void create() throws IOException {
        directory = Files.createTempDirectory("gantry-log");
    }

    @AfterEach
    @AfterProperty
    void delete() throws IOException {
        FileTrees.delete(directory);
    }

    @Property(tries = 300)
    void finds_the_last_lines_as_splitting_does(@ForAll("texts") String text, @ForAll @LongRange(max = 12) long lines) {
        assertThat(tail(text, lines)).isEqualTo(lastLinesBySplitting(text, (int) lines));
    }

    @Test
    void finds_lines_that_are_longer_than_what_is_read_at_once() {
        String longLine = "x".repeat(100_000) + "\n";
        String text = longLine + longLine + "end";

        for (int fileSize : List.of(70_000, LARGE)) {
            assertThat(tail(text, 1, fileSize)).isEqualTo("end");
            assertThat(tail(text, 2, fileSize)).isEqualTo(longLine + "end");
            assertThat(tail(text, 3, fileSize)).isEqualTo(text);
            assertThat(tail(text, Long.MAX_VALUE, fileSize)).isEqualTo(text);
        }
    }

    @Test
    void finds_a_newline_on_either_side_of_a_border_between_reads() {
        for (int length = 65_534; length <= 65_538; length++) {
            String end = "y".repeat(length);
            assertThat(tail("first\n" + end, 1, LARGE)).isEqualTo(end);
        }
    }

    @Test
    void looks_for_lines_in_the_last_64_mib_only() throws IOException {
        long size = (64 << 20) + 100_000;
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve("web.stdout.0").toFile(), "rw")) {
            file.setLength(size);
        }

        assertThat(log(1 << 30).offsetOfLastLines(1)).isEqualTo(100_000);
    }

    @Test
    void a_log_without_files_reads_as_empty() throws IOException {
        TaskLog log = log(SMALL);

        assertThat(log.exists()).isFalse();
        assertThat(log.end()).isZero();
        assertThat(log.offsetOfLastLines(3)).isZero();
        assertThat(log.read(7, 10)).isEqualTo(new TaskLog.Piece(7, ByteString.EMPTY));
    }

    @Test
    void a_log_without_a_directory_is_no_empty_one() throws IOException {
        FileTrees.delete(directory);

        assertThatThrownBy(() -> log(SMALL).exists()).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> log(SMALL).read(0, 1)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void reads_pieces_within_the_limit_and_the_file_and_nothing_behind_the_end() throws IOException {
        write("0123456789ab", SMALL);
        TaskLog log = log(SMALL);

        assertThat(text(log.read(1, 3))).isEqualTo("1: 123");
        assertThat(text(log.read(1, 30))).isEqualTo("1: 1234");
        assertThat(text(log.read(5, 30))).isEqualTo("5: 56789");
        assertThat(text(log.read(11, 30))).isEqualTo("11: b");
        assertThat(text(log.read(12, 30))).isEqualTo("12: ");
        assertThat(text(log.read(1000, 30))).isEqualTo("1000: ");
        assertThat(log.end()).isEqualTo(12);
    }

    @Test
    void what_is_deleted_is_skipped_and_offsets_stay() throws IOException {
        write("0123456789ab", SMALL);
        Files.delete(directory.resolve("web.stdout.0"));
        TaskLog log = log(SMALL);

        assertThat(text(log.read(0, 30))).isEqualTo("5: 56789");
        assertThat(text(log.read(7, 30))).isEqualTo("7: 789");
        assertThat(log.end()).isEqualTo(12);
        assertThat(log.offsetOfLastLines(9)).isEqualTo(5);
        assertThat(log.last(4).toStringUtf8()).isEqualTo("89ab");
    }

    @Test
    void files_of_other_names_are_no_part_of_it() throws IOException {
        write("0123", SMALL);
        for (String other :
                List.of("web.stdout.7.gz", "web.stdout.", "web.stdout.x", "web2.stdout.9", "webxstdout.9")) {
            Files.createFile(directory.resolve(other));
        }

        assertThat(log(SMALL).end()).isEqualTo(4);
    }

    @Test
    void neither_a_link_nor_a_pipe_is_opened() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "secret");
        Files.createSymbolicLink(directory.resolve("web.stdout.0"), secret);
        assertThat(new ProcessBuilder(
                                "mkfifo", directory.resolve("web.stdout.1").toString())
                        .start()
                        .waitFor())
                .isZero();

        assertThatThrownBy(() -> log(SMALL).read(0, 10)).hasMessageContaining("no regular file");
        assertThatThrownBy(() -> log(SMALL).read(SMALL, 10)).hasMessageContaining("no regular file");
        Path link = directory.resolveSibling(directory.getFileName() + "-link");
        Files.createSymbolicLink(link, directory);
        assertThatThrownBy(() -> new TaskLog(link, "web.stdout", SMALL).exists())
                .isInstanceOf(IOException.class);
        Files.delete(link);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().withChars('a', '\n', '\r').ofMaxLength(20);
    }

    /** The oracle: lines keep their newline; the last one may have none. */
    private static String lastLinesBySplitting(String text, int lines) {
        List<String> all = text.isEmpty() ? List.of() : Arrays.asList(text.split("(?<=\n)"));
        return String.join("", all.subList(Math.max(0, all.size() - lines), all.size()));
    }

    private String tail(String text, long lines) {
        String small = tail(text, lines, SMALL);
        assertThat(tail(text, lines, LARGE)).isEqualTo(small);
        return small;
    }

    private String tail(String text, long lines, int fileSize) {
        try {
            write(text, fileSize);
            TaskLog log = log(fileSize);
            StringBuilder read = new StringBuilder();
            TaskLog.Piece piece = log.read(log.offsetOfLastLines(lines), LARGE);
            while (!piece.data().isEmpty()) {
                read.append(piece.data().toString(StandardCharsets.ISO_8859_1));
                piece = log.read(piece.end(), LARGE);
            }
            return read.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TaskLog log(int fileSize) {
        return new TaskLog(directory, "web.stdout", fileSize);
    }

    private void write(String text, int fileSize) throws IOException {
        FileTrees.delete(directory);
        Files.createDirectory(directory);
        for (int begin = 0; begin == 0 || begin < text.length(); begin += fileSize) {
            Files.writeString(
                    directory.resolve("web.stdout." + begin / fileSize),
                    text.substring(begin, Math.min(text.length(), begin + fileSize)),
                    StandardCharsets.ISO_8859_1);
        }
    }

    private static String text(TaskLog.Piece piece) {
        return piece.offset() + ": " + piece.data().toStringUtf8();
    }
}
