package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.api.PageToken.Field;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageTokenTest {

    @Test
    void a_token_brings_back_the_fields_it_was_made_of() {
        String id = UUID.randomUUID().toString();
        PageToken token = PageToken.parse(
                PageToken.of("list", "17", "na\u00efve", id), "list", Field.NUMBER, Field.TEXT, Field.ID);

        assertThat(token.number(0, 0)).isEqualTo(17);
        assertThat(token.text(1)).isEqualTo("na\u00efve");
        assertThat(token.text(2)).isEqualTo(id);
    }

    @Test
    void an_empty_token_stands_at_the_begin() {
        PageToken token = PageToken.parse("", "list", Field.NUMBER, Field.TEXT);

        assertThat(token.isFirst()).isTrue();
        assertThat(token.number(0, Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
        assertThat(token.text(1)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "b25l", "b25lCnR3bwp0aHJlZQ", "bGlzdAox_w"})
    void a_token_that_is_none_is_refused_and_not_repeated(String token) {
        assertThatThrownBy(() -> PageToken.parse(token, "list", Field.TEXT))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("page_token: is no next_page_token of this list");
    }

    @ParameterizedTest
    @CsvSource({"NUMBER, one", "NUMBER, 99999999999999999999", "ID, 1234", "TEXT, 'a\u0007b'"})
    void a_field_that_is_not_of_its_kind_is_refused(Field kind, String value) {
        assertThatThrownBy(() -> PageToken.parse(PageToken.of("list", value), "list", kind))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void a_token_of_another_list_is_refused() {
        assertThatThrownBy(() -> PageToken.parse(PageToken.of("others", "a"), "list", Field.TEXT))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void a_token_that_is_too_long_is_refused() {
        String token = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(("list\n" + "a".repeat(10_000)).getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> PageToken.parse(token, "list", Field.TEXT))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void a_page_has_100_objects_unless_1_to_1000_are_asked_for() {
        assertThat(PageToken.size(0)).isEqualTo(100);
        assertThat(PageToken.size(1)).isEqualTo(1);
        assertThat(PageToken.size(1000)).isEqualTo(1000);
        assertThatThrownBy(() -> PageToken.size(1001)).hasMessageContaining("page_size");
        assertThatThrownBy(() -> PageToken.size(-1)).hasMessageContaining("page_size");
    }
}
