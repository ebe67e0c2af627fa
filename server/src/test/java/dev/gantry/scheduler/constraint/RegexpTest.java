package dev.gantry.scheduler.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegexpTest {

    @Test
    void an_expression_may_match_a_part_of_the_text() {
        assertThat(Regexp.compile("^4\\.[0-9]+").matches("4.19.0-amd64")).isTrue();
        assertThat(Regexp.compile("4$").matches("4.19.0-amd64")).isTrue();
        assertThat(Regexp.compile("^9").matches("4.19.0-amd64")).isFalse();
    }

    @Test
    void an_expression_that_backtracks_forever_in_other_engines_ends() {
        assertThat(Regexp.compile("^(a+)+$").matches("a".repeat(5000) + "b")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "(", "a**", "(?=a)", "\\", "a{1001}", "(?P<x"})
    void what_is_malformed_is_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Regexp.compile(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "((a{1000}){1000})",
                "(((a{1000}){1000}){1000})",
                "((((a{99}){99}){99}[(]){99}",
                "((a{1000}[(]){1000})",
                "((a{1000}[]\\](]){1000})",
                "((a{1000}[^](]){1000})",
                "((a{1000}[[:alpha:](]){1000})",
                "((a{1000}\\(){1000})",
                "((a{1000}\\Q((\\E){1000})",
                "(a{2,500}){,}{500}{1,500}"
            })
    void repetitions_of_repetitions_that_would_fill_the_memory_are_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Regexp.compile(text));
    }

    @Test
    void groups_too_deep_for_the_parsers_stack_are_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Regexp.compile("(".repeat(500) + "a" + ")".repeat(500)))
                .withMessageContaining("too deep");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$",
                "a{63}b{63}c{63}",
                "[{}]+",
                "x{",
                "x{a}",
                "\\{1000\\}",
                "(a|b){2,}",
                "[(]{500}"
            })
    void expressions_of_usual_size_are_accepted(String text) {
        assertThat(Regexp.compile(text).matches(""))
                .isEqualTo(
                        Pattern.compile(text.replace("x{", "x\\{")).matcher("").find());
    }
}
