package dev.gantry.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.client.TlsOptions;
import dev.gantry.node.artifact.ArtifactSettings;
import dev.gantry.v1.NodeRestrictions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeConfigTest {

    private static final Path DIR = Path.of("data");

    @Test
    void a_node_that_says_nothing_of_itself_has_a_name_and_an_address() {
        NodeConfig config = NodeConfig.of(List.of("127.0.0.1:7470"), DIR);

        assertThat(config.name()).isNotEmpty();
        assertThat(config.ip()).isNotEmpty();
        assertThat(config.datacenter()).isEqualTo("dc1");
        assertThat(config.minDynamicPort()).isEqualTo(20_000);
        assertThat(config.maxDynamicPort()).isEqualTo(32_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:7470", "10.0.0.1:1", "[::1]:7470", "a-b.example:65535"})
    void takes_servers_as_host_and_port(String server) {
        assertThat(NodeConfig.of(List.of(server), DIR).servers()).containsExactly(server);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", ":7470", "host:", "host:65536", "host:x", "::1:7470", "http://host:1", ""})
    void names_a_server_that_is_none(String server) {
        assertThatThrownBy(() -> NodeConfig.of(List.of(server), DIR))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Server \"%s\" is no HOST:PORT".formatted(server));
    }

    @Test
    void needs_a_server() {
        assertThatThrownBy(() -> NodeConfig.of(List.of(), DIR)).hasMessageContaining("--servers HOST:PORT");
    }

    @ParameterizedTest
    @CsvSource({"0, 10", "20, 10", "1, 65536"})
    void refuses_a_range_that_is_none(int first, int last) {
        assertThatThrownBy(() -> config("alpha", "dc1", first, last))
                .hasMessage("Dynamic ports %d to %d are no range within 1 and 65535".formatted(first, last));
    }

    @Test
    void refuses_names_that_nobody_could_type() {
        assertThatThrownBy(() -> config("two words", "dc1", 1, 2)).hasMessageContaining("name \"two words\"");
        assertThatThrownBy(() -> config("alpha", "", 1, 2)).hasMessageContaining("datacenter \"\"");
    }

    @Test
    void servers_with_https_are_called_over_tls_and_others_are_not() {
        assertThat(servers("a:1", "b:2").tls()).isEmpty();
        assertThat(servers("https://a:1", "https://b:2").servers()).containsExactly("a:1", "b:2");
        assertThat(servers("https://a:1").tls()).contains(TlsOptions.SYSTEM);
        assertThatThrownBy(() -> servers("https://a:1", "b:2"))
                .hasMessage("Either all servers have https:// or none: https://a:1,b:2");
    }

    private static NodeConfig servers(String... servers) {
        return NodeConfig.of(List.of(servers), DIR);
    }

    private static NodeConfig config(String name, String datacenter, int first, int last) {
        return new NodeConfig(
                List.of("h:1"),
                DIR,
                name,
                datacenter,
                "",
                Map.of(),
                "::1",
                first,
                last,
                Map.of(),
                NodeRestrictions.getDefaultInstance(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Set.of(),
                ArtifactSettings.DEFAULT);
    }
}
