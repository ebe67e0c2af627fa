package dev.gantry.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JoinTokenTest {

    private static final String PIN = "0123456789abcdef".repeat(4);

    @Test
    void a_token_may_name_a_ca_after_a_dot() {
        JoinToken pinned = JoinToken.parse("gantry_s-_X." + PIN.toUpperCase(Locale.ROOT));

        assertThat(pinned).isEqualTo(new JoinToken("gantry_s-_X", Optional.of(PIN)));
        assertThat(pinned.text()).isEqualTo("gantry_s-_X." + PIN);
        assertThat(JoinToken.parse("gantry_s-_X")).isEqualTo(new JoinToken("gantry_s-_X", Optional.empty()));
        assertThat(pinned.toString()).doesNotContain("gantry_s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gantry_s.", "gantry_s.0123", "gantry_s.x", "gantry_s..", "."})
    void a_damaged_token_does_not_pass_for_one_that_names_no_ca(String damaged) {
        assertThatThrownBy(() -> JoinToken.parse(damaged))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Copy the whole line")
                .hasMessageNotContaining("gantry_s");
        assertThat(JoinToken.secretOf(damaged)).isEqualTo(damaged);
    }

    @Test
    void a_server_takes_the_secret_alone() {
        assertThat(JoinToken.secretOf("gantry_s." + PIN)).isEqualTo("gantry_s");
        assertThat(JoinToken.secretOf("gantry_s")).isEqualTo("gantry_s");
    }
}
