package dev.gantry.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests which ids the server takes from the headers of nodes. */
class NodeHeadersTest {

    @Test
    void an_id_is_taken_as_it_is() {
        assertThat(NodeHeaders.claimedId(headers("3f465664-1074-4e95"))).contains("3f465664-1074-4e95");
        assertThat(NodeHeaders.claimedId(new Metadata())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"n1\n2026-02-03T03:55:06.120Z ERROR Forged: line", "n1\r", "\u001b[31m", "n 1", "n1\u007f"})
    void an_id_that_could_forge_a_line_of_a_log_or_command_a_terminal_is_none(String id) {
        assertThat(NodeHeaders.claimedId(headers(id))).isEmpty();
    }

    private static Metadata headers(String id) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("gantry-node-id", Metadata.ASCII_STRING_MARSHALLER), id);
        return headers;
    }
}
