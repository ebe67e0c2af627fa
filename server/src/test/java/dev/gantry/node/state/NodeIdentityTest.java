package dev.gantry.node.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeIdentityTest {

    @TempDir
    Path dir;

    @Test
    void an_identity_is_created_once_and_kept() {
        NodeIdentity first = load();

        assertThat(load()).isEqualTo(first);
        assertThat(NodeIdentity.loadOrCreate(dir.resolve("other"), new SecureRandom()))
                .isNotEqualTo(first);
    }

    @Test
    void only_the_owner_can_read_the_file_and_the_secret_is_not_printed() throws IOException {
        NodeIdentity identity = load();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("identity"))))
                .isEqualTo("rw-------");
        assertThat(identity.toString()).doesNotContain(identity.secret());
    }

    @Test
    void an_interrupted_write_is_ignored() throws IOException {
        Files.writeString(dir.resolve("identity.new"), "half");

        assertThat(load()).isEqualTo(load());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1523962e-2505-4364-9c88-35acfa703c8a\n", "a\nb\n", "x"})
    void a_damaged_file_is_refused_and_not_replaced(String content) throws IOException {
        Files.writeString(dir.resolve("identity"), content);

        assertThatThrownBy(this::load)
                .isInstanceOf(NodeStateException.class)
                .hasMessageContaining("identity holds no identity of a node; restore it, or delete it");
        assertThat(dir.resolve("identity")).hasContent(content);
    }

    @Test
    void a_changed_digit_is_damage_and_a_file_of_an_older_version_is_read() throws IOException {
        NodeIdentity identity = load();
        Path file = dir.resolve("identity");
        String left = Files.readString(file);
        char first = identity.secret().charAt(0);

        Files.writeString(file, left.replace("\n" + first, "\n" + (first == '0' ? '1' : '0')));
        assertThatThrownBy(this::load).hasMessageContaining("holds no identity of a node");

        Files.writeString(file, left.substring(0, left.length() - 9));
        assertThat(load()).isEqualTo(identity);
    }

    private NodeIdentity load() {
        return NodeIdentity.loadOrCreate(dir.resolve("identity"), new SecureRandom());
    }
}
