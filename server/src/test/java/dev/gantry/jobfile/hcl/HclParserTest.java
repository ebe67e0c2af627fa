package dev.gantry.jobfile.hcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.jobfile.hcl.HclValue.Numeral;
import dev.gantry.jobfile.hcl.HclValue.Text;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HclParserTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "plain"                   | plain
            "ä € 😀"                  | ä € 😀
            "a \\"b\\" \\\\ c"        | a "b" \\ c
            "\\101\\x41\\u00e4\\U0001f600" | AAä😀
            "# no // comment /* */"   | # no // comment /* */
            "{ [ = , ] }"             | { [ = , ] }
            "$ $$ $x {y}"             | $ $$ $x {y}
            "${a}"                    | ${a}
            "x-${a.b}-${c}-y"         | x-${a.b}-${c}-y
            "${lookup("a", "b")}"     | ${lookup("a", "b")}
            "${a{b}c}\\\\"            | ${a{b}c}\\
            "${"\\n"}"                | ${"\\n"}
            "$${a}"                   | $${a}
            """)
    void strings_say_what_is_written_and_interpolations_stay(String hcl, String text) {
        assertThat(value(hcl))
                .isInstanceOfSatisfying(
                        Text.class, value -> assertThat(value.value()).isEqualTo(text));
    }

    @Test
    void control_characters_can_be_escaped() {
        assertThat(text("\"\\a\\b\\f\\n\\r\\t\\v\"")).isEqualTo("\u0007\b\f\n\r\t\u000b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\x80", "\\377", "\\x4", "\\u12", "\\ud800", "\\U00110000", "\\é", "\\"})
    void escapes_that_name_no_character_are_refused(String escape) {
        assertThatThrownBy(() -> value("\"" + escape + "\"")).isInstanceOf(TextFaultException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "12345, 12345",
        "-7, -7",
        "1.50, 1.50",
        ".5, 0.5",
        "-.5, -0.5",
        "1e3, 1000",
        "1.5E-2, 0.015",
        "0x1F, 31",
        "-0xff, -255",
        "0644, 420",
        "0.10, 0.10"
    })
    void numbers_have_their_exact_value(String hcl, BigDecimal number) {
        assertThat(value(hcl)).isInstanceOfSatisfying(Numeral.class, value -> {
            assertThat(value.literal()).isEqualTo(hcl);
            assertThat(value.value()).isEqualByComparingTo(number);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2.3", "1a", "08", "0x", "1e", "1.", "-", ".", "1e1000", "10MB", "--1"})
    void what_only_begins_as_a_number_is_refused(String hcl) {
        assertThatThrownBy(() -> value(hcl))
                .isInstanceOf(TextFaultException.class)
                .hasMessageContaining("is no number");
    }

    @Test
    void a_heredoc_keeps_its_lines() {
        assertThat(text("<<END\n  a \"b\" ${c}\n\n\\n END x\n  END\n")).isEqualTo("  a \"b\" ${c}\n\n\\n END x\n");
    }

    @Test
    void an_indented_heredoc_loses_its_closing_words_indent() {
        assertThat(text("<<-END\n    a\n      b\n    END")).isEqualTo("a\n  b\n");
    }

    @Test
    void an_indented_heredoc_with_a_line_further_left_stays_as_it_is() {
        assertThat(text("<<-END\n    a\n b\n    END")).isEqualTo("    a\n b\n");
    }

    @Test
    void an_empty_heredoc_is_empty() {
        assertThat(text("<<END\nEND")).isEmpty();
    }

    @Test
    void comments_of_all_kinds_are_passed_over() {
        HclValue.Body file = HclParser.parse("""
                # one
                // two { [ "
                /* three
                   { */ a /* between */ = /**/ 1 # at the end
                b = [ # in a list
                  2, // and there
                ] /***/
                """);

        assertThat(file.items()).extracting(item -> item.name().text()).containsExactly("a", "b");
    }

    @Test
    void everything_knows_where_it_stands() {
        HclItem block = HclParser.parse("\n\tä \"b\" c {\r\n  d = [1,\n    \"😀\", true] }")
                .items()
                .get(0);
        HclValue.Body body = (HclValue.Body) block.value();
        HclValue.Sequence list = (HclValue.Sequence) body.items().get(0).value();

        assertThat(block.position()).hasToString("2:2");
        assertThat(block.labels())
                .extracting(HclName::position)
                .extracting(Position::toString)
                .containsExactly("2:4", "2:8");
        assertThat(body.position()).hasToString("2:10");
        assertThat(body.items().get(0).position()).hasToString("3:3");
        assertThat(list.position()).hasToString("3:7");
        assertThat(list.elements())
                .extracting(HclValue::position)
                .extracting(Position::toString)
                .containsExactly("3:8", "4:5", "4:10");
    }

    @Test
    void items_may_share_a_line_with_commas_or_without() {
        assertThat(HclParser.parse("x { a = 1 b = 2, c = [3,], d {} e = \"f\" }"))
                .extracting(file -> ((HclValue.Body) file.items().get(0).value()).items())
                .satisfies(items -> assertThat(items)
                        .extracting(item -> item.name().text())
                        .containsExactly("a", "b", "c", "d", "e"));
    }

    @Test
    void nesting_has_an_end_before_the_stack_has() {
        String deep = "a = " + "[".repeat(500_000);

        assertThatThrownBy(() -> HclParser.parse(deep))
                .isInstanceOf(TextFaultException.class)
                .hasMessage("nested more than 100 deep: flatten the file");
    }

    private static String text(String hcl) {
        return ((Text) value(hcl)).value();
    }

    private static HclValue value(String hcl) {
        return HclParser.parse("a = " + hcl).items().get(0).value();
    }
}
