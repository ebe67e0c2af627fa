package dev.gantry.jobfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.google.protobuf.util.JsonFormat;
import dev.gantry.v1.Job;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/**
 * Tests that a damaged job file is parsed or refused in lines with positions, without other exceptions or endless
 * loops.
 */
class JobFileDamageTest {

    private static final Pattern LINE = Pattern.compile("x\\.hcl:(\\d+):(\\d+): \\S.*");

    /** Far longer than a linear parse takes, and far shorter than a quadratic one. */
    private static final Duration HANGING = Duration.ofMinutes(2);

    private static final List<String> FILES = List.of(
            example("web.hcl"),
            example("redis.hcl"),
            example("report.json"),
            hcl2("canary.hcl"),
            hcl2("batch-periodic.hcl"),
            hcl2("multi-service.hcl"));

    @Example
    void every_beginning_of_a_file_is_judged() {
        for (String file : FILES) {
            for (int length = 0; length <= file.length(); length++) {
                assertJudged(file.substring(0, length));
            }
        }
    }

    @Property(tries = 500)
    void every_piece_taken_out_is_judged(
            @ForAll("files") String file,
            @ForAll @IntRange(max = 2000) int at,
            @ForAll @IntRange(max = 20) int length) {
        int from = at % file.length();
        int to = Math.min(file.length(), from + length);

        assertJudged(file.substring(0, from) + file.substring(to));
    }

    @Property(tries = 500)
    void every_piece_put_in_is_judged(
            @ForAll("files") String file, @ForAll @IntRange(max = 2000) int at, @ForAll("pieces") String piece) {
        int from = at % file.length();

        assertJudged(file.substring(0, from) + piece + file.substring(from));
    }

    @Property(tries = 200)
    void bytes_at_random_are_judged(@ForAll byte[] bytes) {
        assertJudged(bytes, new String(bytes, StandardCharsets.UTF_8));
    }

    @Example
    void the_largest_files_are_judged_soon_whatever_they_hold() {
        List<String> pieces = List.of(
                "a {\n",
                "[",
                "a = [",
                "\"",
                "\"\"\n",
                "${",
                "\"${",
                "<<A\n",
                "/*",
                "/* ",
                "{\"a\":",
                "1",
                "x",
                "0x",
                "group \"g\" {}\n",
                "a = 1 ",
                "a = <<A\n",
                "a = \"${upper(\"x\")}\"\n",
                "a = \"${var.a",
                "a = \"%{ if true }",
                "a = [for x in [1] : x]\n",
                "a = -",
                "a = (",
                "a = f(",
                "variable \"a\" {}\n",
                "locals { a = local.a }\n",
                "job \"j\" {}\n",
                "job \"j\" { a = @ }\n",
                "<<",
                "for ",
                "%{ for x in y }",
                "${upper(",
                "group \"g\" { network { port \"p\" {} } }\n");
        assertTimeoutPreemptively(HANGING, () -> {
            for (String piece : pieces) {
                assertJudged(piece.repeat(JobFiles.LARGEST / piece.length()));
            }
            assertJudged("variable \"a\" {}\njob \"" + "j".repeat(500_000) + "\" {}\nb = var." + "c".repeat(500_000));
            assertJudged("job \"j\" { group \"g\" {\nnetwork {\n"
                    + IntStream.range(0, 10_000)
                            .mapToObj("port \"p%d\" {}\n"::formatted)
                            .collect(Collectors.joining())
                    + "}\n"
                    + IntStream.range(0, 10_000)
                            .mapToObj("task \"t%d\" { env { A = \"${NOMAD_PORT_p1}\" } }\n"::formatted)
                            .collect(Collectors.joining())
                    + "} }");
            assertJudged("job \"j\" {\n" + "group \"g\" { count = 1 }\n".repeat(20_000) + "}");
        });
    }

    @Provide
    Arbitrary<String> files() {
        return Arbitraries.of(FILES);
    }

    @Provide
    Arbitrary<String> pieces() {
        Arbitrary<String> signs = Arbitraries.of(
                "{",
                "}",
                "[",
                "]",
                "\"",
                "=",
                ",",
                "${",
                "\\",
                "<<",
                "<<-E\n",
                "/*",
                "*/",
                "#",
                "//",
                "\n",
                "\0",
                "'",
                ".",
                "-",
                "0x",
                "1e9",
                "true",
                "null",
                "var.version",
                "local.",
                "%{ if true }",
                "~}",
                "for x in ",
                "=>",
                " ? 1 : ",
                "...",
                "[*]",
                "upper(",
                "dynamic \"a\" {",
                "variable \"v\" {",
                "locals {",
                "job",
                "group",
                "task \"t\" {",
                "\ufeff",
                "\ud83d\ude00",
                ":",
                "\u2028");
        return signs.list().ofMinSize(1).ofMaxSize(3).map(all -> String.join("", all));
    }

    private static void assertJudged(String file) {
        assertJudged(file.getBytes(StandardCharsets.UTF_8), file);
    }

    private static void assertJudged(byte[] bytes, String file) {
        Job job;
        try {
            job = read(bytes);
        } catch (JobFileException e) {
            assertPlaces(e.getMessage(), file);
            assertThat(e.reports()).hasSameSizeAs(e.getMessage().lines().toList());
            return;
        }
        assertThat(read(json(job).getBytes(StandardCharsets.UTF_8))).isEqualTo(job);
    }

    private static Job read(byte[] bytes) {
        return JobFiles.read("x.hcl", new ByteArrayInputStream(bytes));
    }

    private static String json(Job job) {
        try {
            return JsonFormat.printer().omittingInsignificantWhitespace().print(job);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertPlaces(String message, String file) {
        List<String> faults = message.lines().toList();
        boolean more = faults.get(faults.size() - 1).equals("x.hcl: has more faults: these are the first 100");
        assertThat(faults).hasSizeLessThanOrEqualTo(more ? 101 : 100);
        faults.subList(0, more ? 100 : faults.size()).forEach(fault -> assertPlace(fault, file));
    }

    private static void assertPlace(String message, String file) {
        Matcher place = LINE.matcher(message);
        assertThat(place.matches()).as(message).isTrue();
        String[] lines = file.split("\n", -1);
        int line = Integer.parseInt(place.group(1));
        assertThat(line).as(message).isBetween(1, lines.length);
        int columns = lines[line - 1].codePointCount(0, lines[line - 1].length());
        assertThat(Integer.parseInt(place.group(2))).as(message).isBetween(1, columns + 1);
    }

    private static String hcl2(String name) {
        return text(Path.of("src/test/resources/dev/gantry/jobfile/hcl2", name));
    }

    private static String example(String name) {
        return text(Path.of("..", "docs", "examples", name));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
