package dev.gantry.jobfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.jobfile.hcl2.Inputs;
import dev.gantry.v1.Job;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HclFormatTest {

    private static final Inputs INPUTS = Inputs.NONE
            .withEnvironment("region", "eu", "of GANTRY_VAR_region", written -> written)
            .withEnvironment("limits", "{ cpu = 250, memory = 64 }", "of GANTRY_VAR_limits", written -> written);

    @Test
    void lines_are_indented_by_their_brackets_and_settings_in_a_row_are_aligned() {
        assertThat(format("""
                # a job
                job "j" {
                type="service"
                    datacenters   = [ "a" ]   \t
                  /* as
                     it is */
                  meta { a = "{" }

                      group "g" {
                   count=1 # one
                  task "t" {
                  config {
                  args = [
                  "-c", "a  = ${f("}")}",
                  <<-END
                       x = 1
                     {
                     END
                  ]
                    long_name = { a = 1,
                       b==2 ? 3: 4 }
                    é = max(1,
                    2)
                  b = 1
                  }
                  }
                  }
                }


                """.replace("b==2 ? 3: 4", "bb = 2"))).isEqualTo("""
                # a job
                job "j" {
                  type        = "service"
                  datacenters = [ "a" ]
                  /* as
                     it is */
                  meta { a = "{" }

                  group "g" {
                    count = 1 # one
                    task "t" {
                      config {
                        args = [
                          "-c", "a  = ${f("}")}",
                          <<-END
                       x = 1
                     {
                     END
                        ]
                        long_name = { a = 1,
                          bb = 2 }
                        é = max(1,
                          2)
                        b = 1
                      }
                    }
                  }
                }
                """);
    }

    @Test
    void an_interpolation_that_goes_on_over_lines_is_left_alone() {
        String text = "locals {\n  a = \"x ${upper(\n\"b\"\n   )} y\"\n  bb = 1\n}\n";

        assertThat(format(text)).isEqualTo(text);
    }

    static Stream<Path> files() throws IOException {
        try (Stream<Path> docs = Files.list(Path.of("../docs/examples"));
                Stream<Path> hcl2 = Files.list(Path.of("src/test/resources/dev/gantry/jobfile/hcl2"));
                Stream<Path> init = Files.list(Path.of("src/main/resources/dev/gantry/cli"))) {
            return Stream.of(docs, hcl2, init)
                    .flatMap(files -> files)
                    .filter(file -> file.toString().endsWith(".hcl"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void a_file_says_the_same_in_any_layout_and_keeps_a_good_one(Path file) throws IOException {
        String text = Files.readString(file);
        Job job = read(text);
        // Without heredocs, whose blanks count.
        String flat = text.contains("<<")
                ? text
                : text.replaceAll("(?m)^[ \\t]+", "").replaceAll("(?m)^([\\w\"]+) +=", "$1=");

        assertThat(read(format(text))).isEqualTo(job);
        assertThat(format(format(text))).isEqualTo(format(text));
        assertThat(format(flat)).isEqualTo(format(text));
        assertThat(read(format(text.replace("\n", "\r\n")).replace("\r", ""))).isEqualTo(job);
        assertThat(withoutBlanks(format(text))).isEqualTo(withoutBlanks(text));
    }

    @Test
    void the_examples_are_laid_out() throws IOException {
        for (Path file : files().toList()) {
            assertThat(format(Files.readString(file))).as(file.toString()).isEqualTo(Files.readString(file));
        }
    }

    @Test
    void what_is_no_hcl_is_not_laid_out() {
        for (String text : List.of("{}", "job {", "job \"j\" { a = @ }")) {
            assertThatThrownBy(() -> format(text)).isInstanceOf(JobFileException.class);
        }
    }

    private static String withoutBlanks(String text) {
        return text.replaceAll("\\s", "");
    }

    private static String format(String text) {
        return JobFiles.layOut("j.hcl", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))
                .after();
    }

    private static Job read(String text) {
        return JobFiles.open("j.hcl", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), INPUTS)
                .job();
    }
}
