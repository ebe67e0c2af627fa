package dev.gantry.node.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what a node shows to which server. */
class SessionCredentialsTest {

    private final SessionCredentials credentials =
            new SessionCredentials("id-1", "secret-1", server -> Optional.of("gantry_join"), false);

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:7470", "localhost:7470", "[::1]:7470"})
    void a_server_on_this_machine_gets_the_join_token(String server) {
        Metadata headers = credentials.headers(server);

        assertThat(header(headers, "gantry-node-id")).isEqualTo("id-1");
        assertThat(header(headers, "gantry-node-secret")).isEqualTo("secret-1");
        assertThat(header(headers, "authorization")).isEqualTo("Bearer gantry_join");
        assertThat(credentials.restraint(server)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10.0.0.1:7470", "gantry.example.com:7470", "127.0.0.1.example.com:7470", "[2001:db8::1]:1"})
    void a_join_token_is_never_sent_in_plain_text_beyond_this_machine(String server) {
        assertThat(header(credentials.headers(server), "authorization")).isNull();
        assertThat(credentials.restraint(server)).contains("to loopback addresses only");
    }

    @Test
    void a_server_beyond_this_machine_gets_the_join_token_over_tls() {
        SessionCredentials encrypted =
                new SessionCredentials("id-1", "secret-1", server -> Optional.of("gantry_join"), true);

        assertThat(header(encrypted.headers("10.0.0.1:7470"), "authorization")).isEqualTo("Bearer gantry_join");
        assertThat(encrypted.restraint("10.0.0.1:7470")).isEmpty();
    }

    private static String header(Metadata headers, String name) {
        return headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }
}
