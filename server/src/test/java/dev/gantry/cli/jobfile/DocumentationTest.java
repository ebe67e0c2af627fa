package dev.gantry.cli.jobfile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.cli.jobfile.hcl.HclParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests that the job files in the project's documentation are parsed. */
class DocumentationTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)\\)");
    private static final Pattern HCL = Pattern.compile("(?ms)^ *```hcl\\n(.*?)^ *```$");

    @ParameterizedTest
    @MethodSource("snippets")
    void every_snippet_is_hcl_and_every_job_in_it_a_job(String snippet) {
        assertThat(HclParser.parse(snippet).items()).isNotEmpty();
        if (snippet.startsWith("job ")) {
            read(snippet);
        } else if (snippet.startsWith("task ")) {
            read("job \"j\" { " + snippet + " }");
        }
    }

    static Stream<Named<String>> snippets() throws IOException {
        try (Stream<Path> pages = Files.list(ROOT.resolve("docs"))) {
            List<Path> documents = pages.filter(page -> page.toString().endsWith(".md"))
                    .sorted()
                    .toList();
            return Stream.concat(Stream.of(ROOT.resolve("README.md")), documents.stream())
                    .flatMap(DocumentationTest::snippets);
        }
    }

    @Test
    void every_key_that_is_refused_for_now_is_listed() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/job-file.md"));
        String list = page.substring(page.indexOf("## Not supported yet"));

        assertThat(Keys.ALL.stream().flatMap(keys -> keys.later().stream()))
                .allSatisfy(key -> assertThat(list).contains("`" + key + "`"));
    }

    @Test
    void every_key_that_is_read_is_listed() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/job-file.md"))
                + Files.readString(ROOT.resolve("docs/constraints.md"));

        assertThat(Keys.ALL.stream().flatMap(keys -> keys.known().stream()))
                .allSatisfy(key -> assertThat(page).containsPattern("\\b" + key + "\\b"));
    }

    @Test
    void every_link_of_the_glossary_leads_to_a_file() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/glossary.md"));

        assertThat(LINK.matcher(page).results().map(link -> link.group(1)).toList())
                .hasSizeGreaterThan(50)
                .allSatisfy(
                        link -> assertThat(ROOT.resolve("docs").resolve(link)).isRegularFile());
    }

    private static Stream<Named<String>> snippets(Path page) {
        try {
            return HCL.matcher(Files.readString(page))
                    .results()
                    .map(result -> result.group(1))
                    .map(snippet -> Named.of(
                            page.getFileName() + ": "
                                    + snippet.lines().findFirst().orElse(""),
                            snippet));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void read(String job) {
        JobFiles.read("snippet.hcl", new ByteArrayInputStream(job.getBytes(StandardCharsets.UTF_8)));
    }
}
