package dev.gantry.rkt.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {

    @TempDir
    Path directory;

    @Test
    void later_directories_supersede_earlier_ones_server_by_server() throws Exception {
        write("system", "a.json", """
                {"rktKind":"auth","rktVersion":"v1","domains":["coreos.com","tectonic.com","kubernetes.io:8080"],
                 "type":"oauth","credentials":{"token":"common-token"}}""");
        write("system", "docker.json", docker("foo", "index.docker.io", "quay.io"));
        write("local", "b.json", """
                {"rktKind":"auth","rktVersion":"v1","domains":["coreos.com"],
                 "type":"basic","credentials":{"user":"foo","password":"bar"}}""");
        write("local", "quay.json", docker("baz", "quay.io"));
        write("user", "user.json", docker("qux", "localhost:5000"));
        write("local", "README", "not JSON, and not read");

        Credentials credentials = read();

        assertThat(credentials.authorization("coreos.com")).contains("Basic Zm9vOmJhcg==");
        assertThat(credentials.authorization("tectonic.com")).contains("Bearer common-token");
        assertThat(credentials.authorization("kubernetes.io:8080")).contains("Bearer common-token");
        assertThat(credentials.authorization("kubernetes.io")).isEmpty();
        assertThat(credentials.login("index.docker.io").orElseThrow().user()).isEqualTo("foo");
        assertThat(credentials.login("quay.io").orElseThrow().user()).isEqualTo("baz");
        assertThat(credentials.login("localhost:5000").orElseThrow().user()).isEqualTo("qux");
        assertThat(credentials.login("localhost:5000").orElseThrow()).asString().doesNotContain("secret");
    }

    @Test
    void one_directory_must_not_speak_of_a_server_twice() throws Exception {
        write("local", "a.json", docker("foo", "quay.io"));
        write("local", "b.json", docker("bar", "quay.io"));

        assertThatThrownBy(this::read)
                .isInstanceOf(RktException.class)
                .hasMessageContaining("b.json")
                .hasMessageContaining("\"quay.io\" occur twice");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no JSON",
                "[]",
                "{\"rktVersion\":\"v1\"}",
                "{\"rktKind\":\"paths\",\"rktVersion\":\"v1\",\"data\":\"/x\"}",
                "{\"rktKind\":\"dockerAuth\",\"rktVersion\":\"v2\",\"registries\":[\"a\"],\"credentials\":{}}",
                "{\"rktKind\":\"dockerAuth\",\"rktVersion\":\"v1\",\"registries\":[],\"credentials\":{}}",
                "{\"rktKind\":\"dockerAuth\",\"rktVersion\":\"v1\",\"registries\":[\"a\"]}",
                "{\"rktKind\":\"auth\",\"rktVersion\":\"v1\",\"domains\":[\"a\"],\"type\":\"x\",\"credentials\":{}}",
                "{\"rktKind\":\"auth\",\"rktVersion\":\"v1\",\"domains\":[{}],\"type\":\"oauth\","
                        + "\"credentials\":{\"token\":\"t\"}}"
            })
    void a_file_that_is_no_such_configuration_is_named(String text) throws Exception {
        write("local", "bad.json", text);

        assertThatThrownBy(this::read).isInstanceOf(RktException.class).hasMessageContaining("bad.json");
    }

    private Credentials read() throws IOException, RktException {
        return Credentials.read(new ConfigDirectories(
                directory.resolve("system"), directory.resolve("local"), Optional.of(directory.resolve("user"))));
    }

    private static String docker(String user, String... registries) {
        return """
                {"rktKind":"dockerAuth","rktVersion":"v1","registries":["%s"],
                 "credentials":{"user":"%s","password":"secret"}}""".formatted(String.join("\",\"", registries), user);
    }

    private void write(String kind, String name, String text) throws IOException {
        Path auth = Files.createDirectories(directory.resolve(kind).resolve("auth.d"));
        Files.writeString(auth.resolve(name), text);
    }
}
