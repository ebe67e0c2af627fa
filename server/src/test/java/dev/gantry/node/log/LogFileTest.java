package dev.gantry.node.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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

class LogFileTest {

    private Path file;

    @BeforeEach
    @BeforeProperty
    void create() throws IOException {
        file = Files.createTempFile("gantry-log", ".stdout.0");
    }

    @AfterEach
    @AfterProperty
    void delete() throws IOException {
        Files.deleteIfExists(file);
    }

    @Property(tries = 300)
    void finds_the_last_lines_as_splitting_does(@ForAll("texts") String text, @ForAll @LongRange(max = 12) long lines) {
        assertThat(tail(text, lines)).isEqualTo(lastLinesBySplitting(text, (int) lines));
    }

    @Test
    void finds_lines_that_are_longer_than_what_is_read_at_once() {
        String longLine = "x".repeat(100_000) + "\n";
        String text = longLine + longLine + "end";

        assertThat(tail(text, 1)).isEqualTo("end");
        assertThat(tail(text, 2)).isEqualTo(longLine + "end");
        assertThat(tail(text, 3)).isEqualTo(text);
        assertThat(tail(text, Long.MAX_VALUE)).isEqualTo(text);
    }

    @Test
    void finds_a_newline_on_either_side_of_a_border_between_reads() {
        for (int length = 65_534; length <= 65_538; length++) {
            String end = "y".repeat(length);
            assertThat(tail("first\n" + end, 1)).isEqualTo(end);
        }
    }

    @Test
    void what_does_not_exist_reads_as_empty() throws IOException {
        Files.delete(file);
        LogFile log = new LogFile(file);

        assertThat(log.size()).isZero();
        assertThat(log.offsetOfLastLines(3)).isZero();
        assertThat(log.read(7, 10).isEmpty()).isTrue();
    }

    @Test
    void reads_pieces_within_the_limit_and_nothing_behind_the_end() throws IOException {
        Files.writeString(file, "0123456789");
        LogFile log = new LogFile(file);

        assertThat(log.read(2, 3).toStringUtf8()).isEqualTo("234");
        assertThat(log.read(8, 3).toStringUtf8()).isEqualTo("89");
        assertThat(log.read(10, 3).isEmpty()).isTrue();
        assertThat(log.read(Long.MAX_VALUE, 3).isEmpty()).isTrue();
    }

    @Test
    void a_link_that_a_task_has_put_in_place_of_its_log_is_not_followed() throws IOException {
        Path other = Files.createTempFile("gantry-secret", ".txt");
        Files.writeString(other, "secret");
        Files.delete(file);
        Files.createSymbolicLink(file, other);
        LogFile log = new LogFile(file);

        assertThatThrownBy(() -> log.read(0, 10))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no regular file");
        assertThatThrownBy(() -> log.offsetOfLastLines(1)).isInstanceOf(IOException.class);
        assertThatThrownBy(log::size).isInstanceOf(IOException.class);
        Files.delete(other);
    }

    @Test
    void a_pipe_in_place_of_a_log_keeps_nobody_waiting() throws Exception {
        Files.delete(file);
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();

        assertThatThrownBy(() -> new LogFile(file).read(0, 10)).hasMessageContaining("no regular file");
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
        try {
            Files.write(file, text.getBytes(StandardCharsets.UTF_8));
            LogFile log = new LogFile(file);
            return log.read(log.offsetOfLastLines(lines), 1 << 20).toStringUtf8();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
