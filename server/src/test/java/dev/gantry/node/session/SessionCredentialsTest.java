package dev.gantry.node.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.model.JoinToken;
import io.grpc.Metadata;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tests what a node shows to a server. */
class SessionCredentialsTest {

    @Test
    void a_server_gets_the_secret_of_the_join_token_without_what_names_its_ca() {
        SessionCredentials credentials = new SessionCredentials(
                "id-1", "secret-1", server -> Optional.of(JoinToken.parse("gantry_join." + "0a".repeat(32))));

        Metadata headers = credentials.headers(credentials.joinToken("127.0.0.1:7470"));

        assertThat(header(headers, "gantry-node-id")).isEqualTo("id-1");
        assertThat(header(headers, "gantry-node-secret")).isEqualTo("secret-1");
        assertThat(header(headers, "authorization")).isEqualTo("Bearer gantry_join");
    }

    private static String header(Metadata headers, String name) {
        return headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }
}
