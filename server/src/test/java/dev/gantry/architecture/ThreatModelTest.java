package dev.gantry.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the threat model of docs/security.md to tests that exist. */
class ThreatModelTest {

    private static final Path ROOT = Path.of("..");
    private static final List<String> MODULES = List.of("server", "client", "rkt");
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*(?:Test|IT))\\.([a-z0-9_]+)`");
    private static final Pattern SUPERCLASS = Pattern.compile("class \\w+ extends (\\w+)");

    @Test
    void each_test_that_the_threat_model_names_exists() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/security.md"));

        List<String> missing = NAMED.matcher(page)
                .results()
                .filter(named -> !hasTest(named.group(1), named.group(2)))
                .map(named -> named.group(1) + "." + named.group(2))
                .distinct()
                .toList();

        assertThat(missing).isEmpty();
        assertThat(NAMED.matcher(page).results()).hasSizeGreaterThan(20);
    }

    @Test
    void each_row_says_what_cannot_be_done_and_by_which_test() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/security.md"));
        String model = page.substring(page.indexOf("## Threat model"), page.indexOf("### What fly does not confine"));

        List<String> rows = model.lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| who |"))
                .toList();

        assertThat(rows).isNotEmpty();
        assertThat(rows)
                .allSatisfy(row -> assertThat(
                                row.contains("as above") || NAMED.matcher(row).find())
                        .as(row)
                        .isTrue());
    }

    /** Looks into the class and into the class that it extends, as that of a second flavour does. */
    private static boolean hasTest(String type, String method) {
        Optional<String> source = source(type);
        boolean isThere =
                source.filter(text -> text.contains(" void " + method + "(")).isPresent();
        return isThere
                || source.flatMap(text -> SUPERCLASS
                                .matcher(text)
                                .results()
                                .map(found -> found.group(1))
                                .findFirst())
                        .filter(parent -> hasTest(parent, method))
                        .isPresent();
    }

    private static Optional<String> source(String type) {
        return MODULES.stream()
                .map(module -> ROOT.resolve(module).resolve("src/test/java"))
                .flatMap(ThreatModelTest::walk)
                .filter(file -> file.getFileName().toString().equals(type + ".java"))
                .findFirst()
                .map(ThreatModelTest::read);
    }

    private static Stream<Path> walk(Path dir) {
        try (Stream<Path> files = Files.walk(dir)) {
            return files.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
