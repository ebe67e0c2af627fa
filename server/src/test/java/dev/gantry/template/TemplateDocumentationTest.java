package dev.gantry.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests that the page about templates says what the functions do. */
class TemplateDocumentationTest {

    private static final Path PAGE = Path.of("../docs/templates.md");
    private static final Pattern ROW = Pattern.compile("\\| `([a-zA-Z0-9]+)` \\| .* \\| `(\\{\\{.*)` \\| `(.*)` \\|");
    private static final Pattern CODE = Pattern.compile("`([^`]*)`");

    private record Row(String function, String example, String result) {}

    @Test
    void the_table_has_all_functions_once() throws IOException {
        assertThat(rows()).extracting(Row::function).containsExactlyInAnyOrderElementsOf(Functions.names());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void the_example_of_each_function_gives_what_the_table_says(Row row) throws Exception {
        TemplateInputs inputs =
                new TemplateInputsFixture(Map.of("HOSTS", "a,b,c", "JSON", "{\"name\":\"web\",\"deep\":{\"b\":1}}"));

        assertThat(row.example()).contains(row.function());
        assertThat(ParsedTemplate.parse(row.example(), Delimiters.DEFAULT)
                        .render(inputs, false)
                        .replaceFirst("\n$", ""))
                .isEqualTo(row.result());
    }

    @Test
    void the_refused_functions_are_listed() throws IOException {
        String page = Files.readString(PAGE);
        String list = page.substring(page.indexOf("Refused, each with what to use instead:"));

        assertThat(CODE.matcher(list).results().map(code -> code.group(1)))
                .containsExactlyElementsOf(Functions.refused());
    }

    static List<Row> rows() throws IOException {
        return Files.readString(PAGE)
                .lines()
                .map(ROW::matcher)
                .filter(row -> row.matches())
                .map(row -> new Row(row.group(1), row.group(2), row.group(3)))
                .toList();
    }
}
