package dev.gantry.node.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentFileTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "A=b ~ b",
                "  export  A = b c  ~ b c",
                "A= ~ ``",
                "A=b#c ~ b#c",
                "A=b #c ~ b",
                "A=b #c #d ~ b",
                "A=#c ~ ``",
                "A='b #\\n' ~ b #\\n",
                "A='b' # c ~ b",
                "A=\"b # c\" ~ b # c",
                "A=\"b\" ~ b",
                "A=\"p\\u003ca\\u0026b\\u003e\\\"q\\\\z\" ~ p<a&b>\"q\\z",
                "A=\"\\/\\$\\'\" ~ /$'",
                "A=b\"c ~ b\"c",
            })
    void a_line_gives_a_value(String line, String value) {
        assertThat(EnvironmentFile.read(line)).isEqualTo(Map.of("A", value));
    }

    @Test
    void escapes_of_json_are_understood() {
        assertThat(EnvironmentFile.read("A=\"\\n\\t\\r\\b\\f\\u00e4\"")).isEqualTo(Map.of("A", "\n\t\r\b\fä"));
    }

    @Test
    void blank_lines_and_comments_are_skipped() {
        assertThat(EnvironmentFile.read("exportA=1\nexport=2")).isEqualTo(Map.of("exportA", "1", "export", "2"));
        assertThat(EnvironmentFile.read("\n  \n# A=b\n  # c\nB=1\r\n")).isEqualTo(Map.of("B", "1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A",
                "=b",
                "1A=b",
                "A-B=1",
                "A B=1",
                "A=\"b",
                "A='b",
                "A=\"b\\",
                "A=\"\\x41\"",
                "A=\"\\u12\"",
                "A=\"\\u000g\"",
                "A=\"\\u0000\"",
                "A=\"b\"c",
                "A=\"b\"#c",
                "A='b' c",
                "A=b\0",
                "A=\"\\u"
            })
    void a_line_of_another_form_is_refused_without_saying_what_it_has(String line) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EnvironmentFile.read("X=1\n" + line))
                .withMessageStartingWith("line 2 of the rendered file ");
    }

    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void long_values_are_read_in_time_by_their_length() {
        String blanks = " ".repeat(900_000);
        String quoted = "ab".repeat(400_000);

        assertThat(EnvironmentFile.read("A=x" + blanks + "y")).containsEntry("A", "x" + blanks + "y");
        assertThat(EnvironmentFile.read("A=\"" + quoted + "\"")).containsEntry("A", quoted);
        assertThat(EnvironmentFile.read("A=x" + "#".repeat(900_000))).hasSize(1);
    }
}
