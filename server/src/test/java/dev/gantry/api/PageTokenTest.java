package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageTokenTest {

    @Test
    void a_token_brings_back_the_fields_it_was_made_of() {
        PageToken token = PageToken.parse(PageToken.of("17", "na\u00efve"), 2);

        assertThat(token.number(0, 0)).isEqualTo(17);
        assertThat(token.text(1)).isEqualTo("na\u00efve");
    }

    @Test
    void an_empty_token_stands_at_the_begin() {
        PageToken token = PageToken.parse("", 2);

        assertThat(token.isFirst()).isTrue();
        assertThat(token.number(0, Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
        assertThat(token.text(1)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "b25l", "b25lCnR3bwp0aHJlZQ"})
    void a_token_that_is_none_of_this_list_is_refused(String token) {
        assertThatThrownBy(() -> PageToken.parse(token, 2))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("page_token");
    }

    @Test
    void a_field_that_should_be_a_number_and_is_none_is_refused() {
        PageToken token = PageToken.parse(PageToken.of("one"), 1);

        assertThatThrownBy(() -> token.number(0, 0)).isInstanceOf(InvalidRequestException.class);
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
