package dev.gantry.jobfile;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.jobfile.hcl.HclParser;
import dev.gantry.jobfile.hcl2.Dialect;
import dev.gantry.jobfile.hcl2.Inputs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests that the job files in the project's documentation are parsed. */
class DocumentationTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern LINK = Pattern.compile("(?:\\]\\(|src=\")([^)\"\\s]+)[)\"]");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.*?) *$");
    private static final Pattern CODE = Pattern.compile("(?ms)^ *```.*?^ *```$");
    private static final Pattern JAVA = Pattern.compile("(?ms)^```java\\n(.*?)^```$");
    private static final Pattern HCL = Pattern.compile("(?ms)^ *```hcl\\n(.*?)^ *```$");

    private static final Pattern CODE_WORD = Pattern.compile("`([^`]*)`");
    private static final Pattern NAME = Pattern.compile("[a-z_]+");

    /** The keys of each kind of block that Nomad 0.8.7 reads, by its documentation and its parser. */
    private static final Map<String, List<String>> KEYS_OF_NOMAD = Map.ofEntries(
            entry(
                    "job",
                    List.of(
                            "all_at_once",
                            "constraint",
                            "datacenters",
                            "group",
                            "id",
                            "meta",
                            "migrate",
                            "name",
                            "namespace",
                            "parameterized",
                            "periodic",
                            "priority",
                            "region",
                            "reschedule",
                            "task",
                            "type",
                            "update",
                            "vault",
                            "vault_token")),
            entry(
                    "group",
                    List.of(
                            "constraint",
                            "count",
                            "ephemeral_disk",
                            "meta",
                            "migrate",
                            "reschedule",
                            "restart",
                            "task",
                            "update",
                            "vault")),
            entry(
                    "task",
                    List.of(
                            "artifact",
                            "config",
                            "constraint",
                            "dispatch_payload",
                            "driver",
                            "env",
                            "kill_signal",
                            "kill_timeout",
                            "leader",
                            "logs",
                            "meta",
                            "resources",
                            "service",
                            "shutdown_delay",
                            "template",
                            "user",
                            "vault")),
            entry(
                    "update",
                    List.of(
                            "auto_revert",
                            "canary",
                            "health_check",
                            "healthy_deadline",
                            "max_parallel",
                            "min_healthy_time",
                            "progress_deadline",
                            "stagger")),
            entry("migrate", List.of("health_check", "healthy_deadline", "max_parallel", "min_healthy_time")),
            entry("restart", List.of("attempts", "delay", "interval", "mode")),
            entry("reschedule", List.of("attempts", "delay", "delay_function", "interval", "max_delay", "unlimited")),
            entry("ephemeral_disk", List.of("migrate", "size", "sticky")),
            entry("periodic", List.of("cron", "enabled", "prohibit_overlap", "time_zone")),
            entry("parameterized", List.of("meta_optional", "meta_required", "payload")),
            entry("dispatch_payload", List.of("file")),
            entry("logs", List.of("max_file_size", "max_files")),
            entry("resources", List.of("cpu", "disk", "iops", "memory", "network")),
            entry("network", List.of("mbits", "port")),
            entry("port", List.of("static")),
            entry("service", List.of("address_mode", "canary_tags", "check", "check_restart", "name", "port", "tags")),
            entry(
                    "check",
                    List.of(
                            "address_mode",
                            "args",
                            "check_restart",
                            "command",
                            "grpc_service",
                            "grpc_use_tls",
                            "header",
                            "initial_status",
                            "interval",
                            "method",
                            "name",
                            "path",
                            "port",
                            "protocol",
                            "timeout",
                            "tls_skip_verify",
                            "type")),
            entry("check_restart", List.of("grace", "ignore_warnings", "limit")),
            entry(
                    "constraint",
                    List.of(
                            "attribute",
                            "distinct_hosts",
                            "distinct_property",
                            "operator",
                            "regexp",
                            "set_contains",
                            "value",
                            "version")));

    @TempDir
    Path dir;

    @ParameterizedTest
    @MethodSource("snippets")
    void every_snippet_is_hcl_and_every_job_in_it_a_job(String snippet) {
        if (snippet.startsWith("variable ")) {
            JobFiles.open(
                    "snippet.hcl",
                    new ByteArrayInputStream(snippet.getBytes(StandardCharsets.UTF_8)),
                    Inputs.NONE.with("tag", "1.4.2", "of --var tag"));
            return;
        }
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
    void the_table_of_keys_says_what_is_done_with_each() throws IOException {
        List<List<String>> rows = rowsOfKeys();

        assertThat(rows)
                .extracting(cells -> words(cells.get(0)).get(0))
                .containsExactlyElementsOf(Keys.ALL.stream().map(Keys::kind).toList());
        assertThat(Keys.ALL).allSatisfy(keys -> {
            List<String> cells = rows.get(Keys.ALL.indexOf(keys));
            assertThat(words(cells.get(1))).containsExactlyElementsOf(keys.known());
            assertThat(words(cells.get(2)).stream()
                            .filter(NAME.asMatchPredicate())
                            .filter(word -> !word.equals("false")))
                    .containsExactlyElementsOf(keys.later().stream()
                            .filter(later -> !later.harmless().isEmpty())
                            .map(Keys.Later::key)
                            .toList());
            keys.later().stream()
                    .flatMap(later -> later.harmless().stream())
                    .forEach(value -> assertThat(cells.get(2)).containsPattern("`\"?" + value + "\"?`"));
            assertThat(words(cells.get(3)))
                    .containsExactlyElementsOf(keys.later().stream()
                            .filter(later -> later.harmless().isEmpty())
                            .map(Keys.Later::key)
                            .toList());
        });
    }

    @Test
    void the_table_of_keys_has_all_keys_of_nomad_0_8_7() throws IOException {
        List<List<String>> rows = rowsOfKeys();

        KEYS_OF_NOMAD.forEach((block, keys) -> assertThat(rows.stream()
                        .filter(cells -> words(cells.get(0)).get(0).equals(block))
                        .flatMap(List::stream)
                        .flatMap(cell -> words(cell).stream()))
                .as(block)
                .containsAll(keys));
    }

    /** Returns the cells of each row of the table of keys. The first one names the block. */
    private static List<List<String>> rowsOfKeys() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/job-file.md"));
        return page.substring(page.indexOf("## Every key"))
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> List.of(line.split("\\|", -1)).subList(1, 5))
                .toList();
    }

    private static List<String> words(String cell) {
        return CODE_WORD.matcher(cell).results().map(word -> word.group(1)).toList();
    }

    @Test
    void every_function_is_listed() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/job-file.md"));

        assertThat(Dialect.functions())
                .hasSizeGreaterThan(80)
                .allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    }

    @Test
    void every_key_that_is_read_is_listed() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/job-file.md"))
                + Files.readString(ROOT.resolve("docs/constraints.md"));

        assertThat(Keys.ALL.stream().flatMap(keys -> keys.known().stream()))
                .allSatisfy(key -> assertThat(page).containsPattern("\\b" + key + "\\b"));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void every_link_leads_to_a_file_and_to_a_heading_in_it(Path page) throws IOException {
        List<String> links = LINK.matcher(CODE.matcher(Files.readString(page)).replaceAll(""))
                .results()
                .map(link -> link.group(1))
                .filter(link -> !link.startsWith("https://"))
                .toList();

        assertThat(links).allSatisfy(link -> {
            String[] parts = link.split("#", 2);
            Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]);
            assertThat(target).exists();
            if (parts.length == 2) {
                assertThat(anchors(target)).contains(parts[1]);
            }
        });
    }

    @Test
    void the_pages_that_lead_to_the_code_have_links() throws IOException {
        for (String page : List.of("README.md", "CONTRIBUTING.md", "docs/glossary.md")) {
            assertThat(LINK.matcher(Files.readString(ROOT.resolve(page))).results())
                    .as(page)
                    .hasSizeGreaterThan(20);
        }
    }

    static List<Path> pages() throws IOException {
        try (Stream<Path> pages = Files.list(ROOT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
                                    .map(ROOT::resolve),
                            pages)
                    .filter(page -> page.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    /** Returns the names of a page's headings, as links spell them. */
    private static List<String> anchors(Path page) throws IOException {
        return HEADING.matcher(CODE.matcher(Files.readString(page)).replaceAll(""))
                .results()
                .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
                .toList();
    }

    @Test
    void the_picture_is_drawn_from_its_text() throws Exception {
        Path pictures = ROOT.resolve("docs/pictures");
        Process drawing = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        pictures.resolve("Draw.java").toString(),
                        pictures.resolve("way-of-a-job.txt").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();

        String drawn = new String(drawing.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(drawing.waitFor()).isZero();
        assertThat(pictures.resolve("way-of-a-job.svg")).hasContent(drawn);
    }

    @Test
    void the_lines_of_the_readme_for_the_sdk_compile() throws IOException {
        String lines = JAVA.matcher(Files.readString(ROOT.resolve("README.md")))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.joining());
        Path source = Files.writeString(dir.resolve("Pasted.java"), """
                import dev.gantry.client.*;
                import dev.gantry.v1.*;
                class Pasted { void run() { %s } }
                """.formatted(lines));
        StringWriter faults = new StringWriter();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();

        boolean compiled = compiler.getTask(
                        faults,
                        null,
                        null,
                        List.of("-proc:none", "-d", dir.toString(), "-cp", System.getProperty("java.class.path")),
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(source))
                .call();

        assertThat(lines).isNotEmpty();
        assertThat(compiled).as(faults.toString()).isTrue();
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
