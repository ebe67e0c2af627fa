package dev.gantry.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ServerAddressesTest {

    @Test
    void several_addresses_have_commas_between_and_the_default_port() {
        assertThat(ServerAddresses.parse("127.0.0.1:1, localhost,127.0.0.1:1,[::1]:2"))
                .hasToString("127.0.0.1:1,localhost:7470,[::1]:2");
    }

    @Test
    void addresses_with_and_without_tls_are_refused_together() {
        assertThatThrownBy(() -> ServerAddresses.parse("https://a:1,b:1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("all addresses of servers have https:// or none");
    }

    @Test
    void an_empty_address_among_others_is_refused() {
        assertThatThrownBy(() -> ServerAddresses.parse("a:1,,b:1")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void too_many_addresses_are_refused() {
        String many = IntStream.range(1, 100).mapToObj(i -> "h:" + i).collect(Collectors.joining(","));

        assertThatThrownBy(() -> ServerAddresses.parse(many)).hasMessageContaining("name 32 at most");
    }

    @Test
    void a_token_is_not_sent_in_plain_text_if_any_of_the_servers_is_beyond_this_machine() {
        assertThatThrownBy(() -> GantryClient.builder()
                        .environment(Map.of("GANTRY_TOKEN", "secret"))
                        .address("127.0.0.1:1,192.0.2.1:1")
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("The token is not sent to 192.0.2.1:1 in plain text");
    }
}
