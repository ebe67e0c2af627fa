package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class SealedTokensTest {

    private final SealedTokens tokens = SealedTokens.withNewKey();

    @Test
    void a_sealed_token_is_opened_and_another_is_left_as_it_is() {
        assertThat(tokens.open(tokens.seal("token"))).isEqualTo("token");
        assertThat(tokens.open("token")).isEqualTo("token");
    }

    @Test
    void a_part_of_a_sealed_token_of_any_length_is_refused() {
        byte[] sealed = Base64.getUrlDecoder().decode(tokens.seal("token").substring(1));

        for (int length = 0; length < sealed.length; length++) {
            String part = "~" + Base64.getUrlEncoder().encodeToString(Arrays.copyOf(sealed, length));
            assertThatThrownBy(() -> tokens.open(part))
                    .as("%d bytes", length)
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageStartingWith("page_token: is no next_page_token of this list");
        }
    }
}
